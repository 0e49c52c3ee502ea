using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Tests.Sync;

public sealed class SafetyGateTests
{
    [Theory]
    [InlineData("", 3, 0, false)]
    [InlineData("", 0, 0, true)]
    [InlineData("", 3, 1, true)]
    [InlineData("d", 3, 0, true)]
    public void An_empty_listing_is_not_believed_of_a_root_that_had_names(string folder, int known, int listed, bool allowed) =>
        Assert.Equal(allowed, SafetyGate.AllowsListing(TreePath.Parse(folder), known, listed));

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("id", "1", true)]
    [InlineData("id", "2", false)]
    [InlineData("other", "1", false)]
    [InlineData(null, "1", false)]
    public void A_mirror_belongs_to_the_context_and_epoch_that_it_names(string? id, string? epoch, bool same) =>
        Assert.Equal(same, SafetyGate.IsSameContext(id, epoch, "id", "1"));

    [Theory]
    [InlineData(null, "one", true)]
    [InlineData("one", null, true)]
    [InlineData("one", "one", true)]
    [InlineData("one", "two", false)]
    [InlineData("one", "", false)]
    public void A_mirror_belongs_to_the_store_whose_id_it_knows(string? known, string? id, bool same) =>
        Assert.Equal(same, SafetyGate.IsSameStore(known, id));
}
