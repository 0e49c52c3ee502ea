using AgentBay.Fs.Contexts;
using AgentBay.Fs.Files;

namespace AgentBay.Fs.Tests.Files;

public class FilePathTests
{
    [Theory]
    [InlineData("/data/a.txt", "data/a.txt")]
    [InlineData("data/a.txt", "data/a.txt")]
    [InlineData("/…/a b", "…/a b")]
    public void A_slash_at_the_beginning_says_nothing(string text, string path) => Assert.Equal(TreePath.Parse(path), FilePath.ParseFile(text));

    [Theory]
    [InlineData("", "/")]
    [InlineData("/", "/")]
    [InlineData("/data/", "data")]
    [InlineData("data", "data")]
    public void Nor_does_one_at_the_end_of_a_folder(string text, string path) => Assert.Equal(path, FilePath.ParseFolder(text).ToString());

    [Theory]
    [InlineData("", "it is the context's root")]
    [InlineData("/", "it is the context's root")]
    [InlineData("/data/", "it names a folder")]
    [InlineData("//data", "an empty part")]
    [InlineData("a//b", "an empty part")]
    [InlineData("../b", "'.' and '..'")]
    [InlineData("a/../b", "'.' and '..'")]
    [InlineData("/./b", "'.' and '..'")]
    [InlineData("a\0b", "a NUL")]
    public void A_path_that_no_file_can_have_is_refused_with_the_reason(string text, string reason)
    {
        ContextException refused = Assert.Throws<ContextException>(() => FilePath.ParseFile(text));
        Assert.Equal(ContextError.InvalidPath, refused.Error);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(refused.Message, char.IsControl);
    }

    [Fact]
    public void A_name_that_is_too_long_is_refused() =>
        Assert.Contains("has 256 bytes", Assert.Throws<ContextException>(() => FilePath.ParseFile(new string('a', 256))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_path_that_makes_too_long_a_key_is_refused() =>
        Assert.Contains("its key would pass", Assert.Throws<ContextException>(() => FilePath.ParseFile(string.Join('/', Enumerable.Repeat(new string('a', 200), 5)))).Message, StringComparison.Ordinal);
}
