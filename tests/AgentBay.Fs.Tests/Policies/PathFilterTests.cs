using AgentBay.Fs.Policies;

namespace AgentBay.Fs.Tests.Policies;

public class PathFilterTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    public void Everything_is_synced_unless_said_otherwise(string path) => Assert.True(default(PathFilter).IsSynced(TreePath.Parse(path)));

    [Theory]
    [InlineData("src", true)]
    [InlineData("src/a", true)]
    [InlineData("srcs", false)]
    [InlineData("a/src", false)]
    [InlineData("notes.txt", true)]
    [InlineData("", false)]
    public void Only_what_is_named_is_synced_by_whole_segments(string path, bool synced) =>
        Assert.Equal(synced, PathFilter.Only(TreePath.Parse("src"), TreePath.Parse("notes.txt")).IsSynced(TreePath.Parse(path)));
}
