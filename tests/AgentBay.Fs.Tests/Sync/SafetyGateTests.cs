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
    [InlineData(false, true, 3, 2, true)]
    [InlineData(false, true, 3, 0, false)]
    [InlineData(false, true, 0, 0, true)]
    [InlineData(false, false, 3, 2, false)]
    [InlineData(true, true, 3, 2, false)]
    public void What_is_missing_in_a_mirror_was_deleted_there_only_after_a_kill_and_in_the_same_tree_that_still_has_names(
        bool cleanEnd, bool sameTree, int known, int names, bool believed) =>
        Assert.Equal(believed, SafetyGate.BelievesAbsence(cleanEnd, sameTree, known, names));

    [Theory]
    [InlineData(null, "1:2", true)]
    [InlineData("1:2", "1:2", true)]
    [InlineData("1:2", "1:3", false)]
    public void An_index_speaks_of_the_tree_that_it_knows(string? known, string tree, bool same) => Assert.Equal(same, SafetyGate.IsSameTree(known, tree));

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
