using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Tests.Sync;

public sealed class OperationIdsTests
{
    private readonly OperationIds ids = new("mirror", 7);

    [Fact]
    public void A_write_is_ours_after_any_version_that_is_not() => Assert.True(ids.IsOursAfter(ids.Next("key"), "key", null));

    [Fact]
    public void A_later_write_is_after_an_earlier_one_and_not_the_other_way_round()
    {
        (string first, string second) = (ids.Next("key"), ids.Next("key"));

        Assert.True(ids.IsOursAfter(second, "key", first));
        Assert.False(ids.IsOursAfter(first, "key", second));
        Assert.False(ids.IsOursAfter(first, "key", first));
    }

    [Fact]
    public void A_later_session_is_after_an_earlier_one()
    {
        string before = ids.Next("key");

        Assert.True(ids.IsOursAfter(new OperationIds("mirror", 16).Next("key"), "key", before));
    }

    [Fact]
    public void Another_mirrors_write_is_not_ours() => Assert.False(ids.IsOursAfter(new OperationIds("other", 8).Next("key"), "key", null));

    [Fact]
    public void A_copy_of_our_object_under_another_key_is_not_ours() => Assert.False(ids.IsOursAfter(ids.Next("key"), "copy", null));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("mirror-x")]
    [InlineData("mirror-00000000-zz-1")]
    public void What_is_no_id_is_not_ours(string? id) => Assert.False(ids.IsOursAfter(id, "key", null));
}
