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
        Assert.Equal(synced, PathFilter.Of(new BWList { WhiteLists = [new("src"), new("notes.txt")] }).IsSynced(TreePath.Parse(path)));

    // White lists as a policy writes them, "path:exclude:exclude path …"; then a path of the tree, and what it is.
    [Theory]
    [InlineData("", "anything", Synced)]
    [InlineData("", "", Synced)]
    [InlineData("/", "anything", Synced)]
    [InlineData("/src", "src", Synced)]
    [InlineData("/src", "src/a/b", Synced)]
    [InlineData("/src", "srcs", Local)]
    [InlineData("/src", "Src", Local)]
    [InlineData("/src", "a/src", Local)]
    [InlineData("/src", "", Leads)]
    [InlineData("src/", "src/a", Synced)]
    [InlineData("/src:/node_modules", "src/node_modules", Local)]
    [InlineData("/src:/node_modules", "src/node_modules/x", Local)]
    [InlineData("/src:/node_modules", "src/node_modules2", Synced)]
    [InlineData("/src:/node_modules", "node_modules", Local)]
    [InlineData("/src:node_modules/:dist", "src/dist/x", Local)]
    [InlineData("/src:/a/b", "src/a", Synced)]
    [InlineData("/src:/a/b", "src/a/b/c", Local)]
    [InlineData(":/tmp", "tmp", Local)]
    [InlineData(":/tmp", "src", Synced)]
    [InlineData(":/tmp", "", Synced)]
    [InlineData("/src:/", "src/a", Local)]
    [InlineData("/Default/Cookies", "Default/Cookies", Synced)]
    [InlineData("/Default/Cookies", "Default/Cookies-journal", Local)]
    [InlineData("/Default/Cookies", "Default", Leads)]
    [InlineData("ext_1f.zip", "ext_1f.zip", Synced)]
    [InlineData("/src:/lib /src/lib/keep", "src/lib/keep/x", Synced)]
    [InlineData("/src:/lib /src/lib/keep", "src/lib", Leads)]
    [InlineData("/src:/lib /src/lib/keep", "src/lib/other", Local)]
    [InlineData("/src /src/lib:/x", "src/lib/x", Synced)]
    [InlineData("/é", "é/a", Synced)]
    public void White_lists_say_what_is_synced(string lists, string path, string expected)
    {
        PathFilter filter = Filter(lists);
        TreePath at = TreePath.Parse(path);
        Assert.Equal(expected, filter.IsSynced(at) ? Synced : filter.LeadsToSynced(at) ? Leads : Local);
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("/src", "src", true)]
    [InlineData("/src", "other", true)]
    [InlineData("/src", "", false)]
    [InlineData("/src:/lib", "src", false)]
    [InlineData("/src:/lib", "src/lib", true)]
    [InlineData("/src:/lib", "src/app", true)]
    public void A_folder_is_uniform_when_no_border_runs_below_it(string lists, string path, bool uniform) =>
        Assert.Equal(uniform, Filter(lists).IsUniformUnder(TreePath.Parse(path)));

    [Theory]
    [InlineData("src/a", "in the white list path 'src'")]
    [InlineData("src/lib/x", "excluded by 'src/lib'")]
    [InlineData("other", "outside the white list paths (src)")]
    public void The_rule_that_decides_is_named(string path, string rule) => Assert.Equal(rule, Filter("/src:/lib").RuleOf(TreePath.Parse(path)));

    [Fact]
    public void No_white_list_means_everything() => Assert.True(PathFilter.Of(new BWList()).IsEverything);

    private const string Synced = "synced", Leads = "leads to synced", Local = "local-only";

    private static PathFilter Filter(string lists) => PathFilter.Of(new BWList
    {
        WhiteLists = [.. lists.Split(' ').Select(list => list.Split(':')).Select(parts => new WhiteList(parts[0], parts[1..]))],
    });
}
