using AgentBay.Fs.Metadata;
using AgentBay.Fs.Mirror;
using FsCheck.Fluent;

namespace AgentBay.Fs.Tests.Metadata;

public class ObjectMetadataTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(1_700_000_000_000_000_000, "1700000000")]
    [InlineData(1_700_000_000_123_456_789, "1700000000.123456789")]
    [InlineData(1_700_000_000_000_000_001, "1700000000.000000001")]
    [InlineData(1_700_000_000_500_000_000, "1700000000.500000000")]
    [InlineData(-1, "-0.000000001")]
    [InlineData(-1_500_000_000, "-1.500000000")]
    [InlineData(long.MaxValue, "9223372036.854775807")]
    [InlineData(long.MinValue, "-9223372036.854775808")]
    public void An_mtime_and_its_text_belong_together(long nanoseconds, string text)
    {
        Assert.Equal(text, ObjectMetadata.FormatMtime(nanoseconds));
        Assert.Equal(nanoseconds, ObjectMetadata.ParseMtime(text));
    }

    [Theory]
    [InlineData("rclone cuts zeros", "1700000000.5", 1_700_000_000_500_000_000)]
    [InlineData("s3fs pads to nine digits", "1700000000.000000500", 1_700_000_000_000_000_500)]
    [InlineData("ossfs knows whole seconds", "1700000000", 1_700_000_000_000_000_000)]
    [InlineData("more digits than a file has", "1.1234567899", 1_123_456_789)]
    [InlineData("a zero with a sign", "-0", 0)]
    public void An_mtime_of_another_tool_is_read(string what, string text, long nanoseconds)
    {
        _ = what;
        Assert.Equal(nanoseconds, ObjectMetadata.ParseMtime(text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData(".5")]
    [InlineData("1.")]
    [InlineData("1.-5")]
    [InlineData("--1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1e9")]
    [InlineData("1,5")]
    [InlineData("٣")]
    [InlineData("NaN")]
    [InlineData("2023-11-14T22:13:20Z")]
    [InlineData("9223372036.854775808")]
    [InlineData("-9223372036.854775809")]
    [InlineData("99999999999999999999999999")]
    public void What_is_no_mtime_is_none(string? text) => Assert.Null(ObjectMetadata.ParseMtime(text));

    [Theory]
    [InlineData("s3fs, a file 0644", "33188", FileType.File, 0x1A4)]
    [InlineData("s3fs, a folder 0755", "16877", FileType.Folder, 0x1ED)]
    [InlineData("s3fs, a symlink", "41471", FileType.Symlink, 0x1FF)]
    [InlineData("setuid, setgid and sticky", "36863", FileType.File, 0xFFF)]
    [InlineData("no permissions at all", "32768", FileType.File, 0)]
    [InlineData("a FIFO", "4516", FileType.Special, 0x1A4)]
    [InlineData("a socket", "49572", FileType.Special, 0x1A4)]
    [InlineData("a block device", "24996", FileType.Special, 0x1A4)]
    [InlineData("without a type, decimal", "420", FileType.Unknown, 0x1A4)]
    [InlineData("rclone, a file 0644", "100644", FileType.File, 0x1A4)]
    [InlineData("rclone's manual, a file 0664", "0100664", FileType.File, 0x1B4)]
    [InlineData("rclone, a folder 0755", "40755", FileType.Folder, 0x1ED)]
    [InlineData("rclone, a symlink", "120777", FileType.Symlink, 0x1FF)]
    [InlineData("octal without a type", "0755", FileType.Unknown, 0x1ED)]
    public void A_mode_is_read(string what, string text, FileType type, uint permissions)
    {
        _ = what;
        Assert.Equal(new ModeBits(type, permissions), ObjectMetadata.ParseMode(text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("000")]
    [InlineData("-33188")]
    [InlineData("0x81a4")]
    [InlineData("rw-r--r--")]
    [InlineData("99999")]
    [InlineData("12288")]
    [InlineData("4294967295")]
    [InlineData("777777777777")]
    [InlineData("999999999999999999999999")]
    public void What_is_no_mode_is_none(string? text) => Assert.Null(ObjectMetadata.ParseMode(text));

    [Theory]
    [InlineData("0", 0u)]
    [InlineData("1000", 1000u)]
    [InlineData("4294967294", 4294967294u)]
    [InlineData("4294967295", null)]
    [InlineData("-1", null)]
    [InlineData("root", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void An_owner_is_a_number_that_chown_takes(string? text, uint? owner) => Assert.Equal(owner, ObjectMetadata.ParseOwner(text));

    [Fact]
    public void Xattrs_are_written_as_s3fs_does()
    {
        var xattrs = new Dictionary<string, byte[]> { ["user.b"] = [], ["user.a"] = "a"u8.ToArray() };
        Assert.Equal("%7B%22user.a%22%3A%22YQ%3D%3D%22%2C%22user.b%22%3A%22%22%7D", ObjectMetadata.FormatXattrs(xattrs));
    }

    [Theory]
    [InlineData("not encoded", """{"user.a":"YQ=="}""", "user.a")]
    [InlineData("other namespaces stay in the store", """{"security.capability":"YQ==","system.posix_acl_access":"YQ==","trusted.a":"YQ==","user.a":"YQ=="}""", "user.a")]
    [InlineData("never our own marks", """{"user.agentbay.placeholder":"YQ==","user.agentbayx":"YQ=="}""", "user.agentbayx")]
    [InlineData("one value is no base64", """{"user.a":"YQ==","user.b":"!"}""", "user.a")]
    [InlineData("one value is no string", """{"user.a":"YQ==","user.b":7,"user.c":null}""", "user.a")]
    [InlineData("given twice", """{"user.a":"Yg==","user.a":"YQ=="}""", "user.a")]
    [InlineData("no name after the namespace", """{"user.":"YQ=="}""", "")]
    [InlineData("NUL in a name", """{"user.\u0000":"YQ=="}""", "")]
    [InlineData("half a surrogate pair in a name", """{"user.\ud800":"YQ=="}""", "")]
    [InlineData("an array", "[]", "")]
    [InlineData("no JSON", "user.a=1", "")]
    [InlineData("JSON that ends early", """{"user.a":""", "")]
    [InlineData("broken percent escapes", "%7B%2", "")]
    [InlineData("nothing", "", "")]
    [InlineData("missing", null, "")]
    public void Xattrs_of_the_store_are_taken_with_care(string what, string? value, string names)
    {
        _ = what;
        Assert.Equal(names, string.Join(' ', ObjectMetadata.ParseXattrs(value).Keys));
    }

    [Fact]
    public void Xattrs_nested_deeply_are_none() => Assert.Empty(ObjectMetadata.ParseXattrs(new string('[', 100_000)));

    [Theory]
    [InlineData(256 - 5, 1)]
    [InlineData(256 - 4, 0)]
    public void A_name_of_an_xattr_has_255_bytes(int letters, int count) =>
        Assert.Equal(count, ObjectMetadata.ParseXattrs($$"""{"user.{{new string('a', letters - 1)}}":""}""").Count);

    [Fact]
    public void Times_beyond_64_bits_end_there()
    {
        Assert.Equal(long.MaxValue, ObjectMetadata.Nanoseconds(DateTimeOffset.MaxValue));
        Assert.Equal(long.MinValue, ObjectMetadata.Nanoseconds(DateTimeOffset.MinValue));
    }

    [Fact]
    public void Size_counts_the_UTF8_bytes_of_names_and_values() =>
        Assert.Equal(9, ObjectMetadata.SizeOf(new Dictionary<string, string> { ["mode"] = "1", ["ü"] = "é" }));

    [Fact]
    public void Every_mtime_comes_back() => Property.Check(
        ArbMap.Default.GeneratorFor<long>(),
        mtime => Assert.Equal(mtime, ObjectMetadata.ParseMtime(ObjectMetadata.FormatMtime(mtime))));

    [Fact]
    public void Every_mode_comes_back() => Property.Check(
        Gen.Elements(EntryKind.File, EntryKind.Folder, EntryKind.Symlink).SelectMany(_ => Gen.Choose(0, 0xFFF), (kind, mode) => (kind, mode)),
        given =>
        {
            ModeBits? read = ObjectMetadata.ParseMode(ObjectMetadata.FormatMode(given.kind, (uint)given.mode));
            Assert.Equal((given.kind.ToString(), (uint?)given.mode), (read?.Type.ToString(), read?.Permissions));
        });
}
