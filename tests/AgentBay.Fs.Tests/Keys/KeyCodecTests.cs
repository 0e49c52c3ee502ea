using System.Text;
using AgentBay.Fs.Keys;

namespace AgentBay.Fs.Tests.Keys;

public class KeyCodecTests
{
    private static readonly string Long = new('x', 255);

    public static TheoryData<string, byte[], string> Names => new()
    {
        { "plain", Utf8("notes.txt"), "notes.txt" },
        { "spaces, quotes, backslash, percent", Utf8(" a'\"\\%2F "), " a'\"\\%2F " },
        { "composed and decomposed ü stay apart", Utf8("ü u\u0308"), "ü u\u0308" },
        { "outside the basic plane", Utf8("🦀"), "🦀" },
        { "DEL and C1 controls", Utf8("\u007F\u0085"), "\u007F\u0085" },
        { "a replacement character that is really there", Utf8("\uFFFD"), "\uFFFD" },
        { "dots that are names", Utf8("..."), "..." },
        { "255 bytes", Utf8(Long), Long },
        { "the escape character as text", Utf8("‛okina"), "‛okina" },
        { "the escape character before digits that are no escape", Utf8("‛7F‛ff‛4"), "‛7F‛ff‛4" },
        { "the escape character alone, a file", Utf8("‛"), "‛" },
        { "two of them, a file", Utf8("‛‛"), "‛‛" },
        { "a byte that is not UTF-8", [0xFF], "‛FF" },
        { "Latin-1", [0x63, 0x61, 0x66, 0xE9], "caf‛E9" },
        { "a sequence cut short", [0xE2, 0x80, 0x41], "‛E2‛80A" },
        { "a surrogate as UTF-8", [0xED, 0xA0, 0x80], "‛ED‛A0‛80" },
        { "over-long UTF-8 of a slash", [0xC0, 0xAF], "‛C0‛AF" },
        { "noncharacters that XML refuses", Utf8("\uFFFE\uFFFF"), "‛EF‛BF‛BE‛EF‛BF‛BF" },
        { "newline", Utf8("a\nb"), "a‛0Ab" },
        { "the macOS icon", Utf8("Icon\r"), "Icon‛0D" },
        { "text that looks like the escape of a byte", Utf8("‛FF"), "‛‛FF" },
        { "text that looks like a quoted escape", Utf8("‛‛FF"), "‛‛‛‛FF" },
        { "a mark before a byte", [.. Utf8("‛"), 0xFF], "‛‛‛FF" },
        { "text that looks like the escape of a key's control character", Utf8("a‛0Ab"), "a\nb" },
        { "and that one quoted", Utf8("a‛‛0Ab"), "a‛‛0Ab" },
        { "NUL in a key", Utf8("a‛00b"), "a\0b" },
        { "and its escape in a key", Utf8("a‛‛00b"), "a‛00b" },
        { "the segment .", Utf8("‛."), "." },
        { "the segment ..", Utf8("‛.."), ".." },
        { "and one mark more", Utf8("‛‛."), "‛." },
        { "the shadow's name, given by a program", Utf8("a‛file"), "a‛file" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_and_its_key_belong_together(string what, byte[] name, string key)
    {
        _ = what;
        Assert.True(KeyCodec.TryEncode(TreePath.Root.Append(name), folder: false, out string? encoded));
        Assert.Equal(key, encoded);
        Assert.Equal(name, KeyCodec.DecodeSegment(key));
    }

    public static TheoryData<string, string, bool> Paths => new()
    {
        { "a/b.txt", "a/b.txt", false },
        { "a/b", "a/b/", true },
        { "", "", true },
        { "‛/b", "/b", false },
        { "a/‛/b", "a//b", false },
        { "a/‛/‛/b", "a///b", false },
        { "a/‛", "a//", true },
        { "a/‛", "a/‛", false },
        { "a/‛‛", "a/‛/", true },
        { "‛../‛../etc/passwd", "../../etc/passwd", false },
        { "‛./a", "./a", false },
        { "‛", "/", true },
    };

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_path_and_its_key_belong_together(string path, string key, bool folder)
    {
        Assert.True(KeyCodec.TryEncode(TreePath.Parse(path), folder, out string? encoded));
        Assert.Equal(key, encoded);
        Assert.True(KeyCodec.TryDecode(key, out TreePath decoded, out bool isFolderMarker));
        Assert.Equal(TreePath.Parse(path), decoded);
        Assert.Equal(folder, isFolderMarker);
    }

    [Theory]
    [InlineData("a name of 256 bytes", 256, "")]
    [InlineData("a name that decoding makes too long", 252, "\0")]
    [InlineData("an escape where none is needed", 0, "caf‛C3‛A9")]
    [InlineData("the mark itself as bytes", 0, "‛E2‛80‛9B")]
    [InlineData("a raw noncharacter", 0, "\uFFFE")]
    [InlineData("a dot, one byte too long", 256, "/.")]
    public void A_key_that_no_name_has_is_unrepresentable(string what, int padding, string key)
    {
        _ = what;
        Assert.False(KeyCodec.TryDecode(new string('x', padding) + key, out _, out _));
    }

    [Fact]
    public void An_unpaired_surrogate_is_unrepresentable() => Assert.False(KeyCodec.TryDecode("a\uD800", out _, out _)); // An attribute cannot hold one.

    [Fact]
    public void A_file_cannot_be_the_root() => Assert.False(KeyCodec.TryEncode(TreePath.Root, folder: false, out _));

    [Theory]
    [InlineData("longest", 986, true)]
    [InlineData("one byte more", 987, false)]
    public void A_key_with_its_context_keeps_to_what_stores_take(string what, int length, bool fits)
    {
        _ = what;
        string path = string.Join('/', Long, Long, Long, new string('y', length - (3 * 256)));
        Assert.Equal(fits, KeyCodec.TryEncode(TreePath.Parse(path), folder: false, out _));
        Assert.Equal(fits, KeyCodec.TryDecode(path, out _, out _));
        Assert.Equal(1023, KeyCodec.MaxKeyBytes + "contexts/SdkCtx-00000000000000000000/".Length);
    }

    [Theory]
    [InlineData("a", "a‛file")]
    [InlineData("d/a.jpg", "d/a.jpg‛file")]
    [InlineData("d/", "d/‛file")]
    [InlineData("", "‛file")]
    [InlineData("d//", "d/‛/‛file")]
    public void A_shadowed_object_has_a_name_of_its_own(string key, string path)
    {
        Assert.True(KeyCodec.TryDecodeShadowed(key, out TreePath decoded));
        Assert.Equal(TreePath.Parse(path), decoded);
        Assert.True(KeyCodec.TryEncodeShadowed(decoded, out string? encoded));
        Assert.Equal(key, encoded);
    }

    [Fact]
    public void A_shadowed_object_whose_name_is_full_is_unrepresentable() =>
        Assert.False(KeyCodec.TryDecodeShadowed(Long, out _));

    [Theory]
    [InlineData("a")]
    [InlineData("file")]
    [InlineData("‛file/a")]
    public void An_ordinary_path_is_no_shadow(string path) => Assert.False(KeyCodec.TryEncodeShadowed(TreePath.Parse(path), out _));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
