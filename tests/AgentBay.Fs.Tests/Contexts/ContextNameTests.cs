using AgentBay.Fs.Contexts;

namespace AgentBay.Fs.Tests.Contexts;

public class ContextNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("my-storage-box")]
    [InlineData("我的项目 (2)")]
    [InlineData("a/b\\c:d*?[]%")]
    [InlineData("..")]
    [InlineData("sdkctx-a")]
    [InlineData("aSdkCtx-a")]
    public void A_name_is_allowed(string name) => ContextName.Validate(name);

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData(" a", "it begins or ends with a space")]
    [InlineData("a\t", "it begins or ends with a space")]
    [InlineData("a\u00A0", "it begins or ends with a space")]
    [InlineData("a\nb", "a control character")]
    [InlineData("a\0b", "a control character")]
    [InlineData("a\u0085b", "a control character")]
    [InlineData("a\u2028b", "a line break")]
    [InlineData("a\uFFFEb", "a control character")]
    [InlineData("SdkCtx-00000000000000000000", "it begins with 'SdkCtx-'")]
    [InlineData("SdkCtx-", "it begins with 'SdkCtx-'")]
    public void A_name_is_refused_with_the_reason_and_the_rule(string name, string reason)
    {
        ContextException refused = Assert.Throws<ContextException>(() => ContextName.Validate(name));
        Assert.Equal(ContextError.InvalidName, refused.Error);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Contains("1 to 255 characters", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(refused.Message, char.IsControl);
    }

    [Fact]
    public void Half_a_character_is_refused() => Assert.Throws<ContextException>(() => ContextName.Validate("a\uD83Eb"));

    [Fact]
    public void A_name_has_at_most_255_characters()
    {
        ContextName.Validate(new string('我', 255));
        Assert.Contains("it has 256 characters", Assert.Throws<ContextException>(() => ContextName.Validate(new string('我', 256))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_do_not_repeat()
    {
        string[] ids = [.. Enumerable.Range(0, 1000).Select(_ => ContextId.New())];
        Assert.All(ids, id => Assert.True(ContextId.IsId(id)));
        Assert.Equal(1000, ids.Distinct().Count());
    }
}
