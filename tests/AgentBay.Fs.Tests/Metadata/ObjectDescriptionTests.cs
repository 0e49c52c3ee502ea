using AgentBay.Fs.Metadata;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;
using FsCheck;
using FsCheck.Fluent;

namespace AgentBay.Fs.Tests.Metadata;

public class ObjectDescriptionTests
{
    private const string Hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string File = "33184";    // 0640
    private const string Folder = "16832";  // 0700
    private const string Symlink = "41471";

    private static readonly DateTimeOffset Modified = new(2024, 2, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly DefaultAttributes Defaults = new() { Uid = 7, Gid = 8 };

    public static TheoryData<string, string, long, string?, EntryKind, uint> Objects => new()
    {
        { "foreign file", "a", 5, null, EntryKind.File, 0x1A4 },
        { "foreign folder marker", "a/", 0, null, EntryKind.Folder, 0x1ED },
        { "the root's marker", "", 0, Folder, EntryKind.Folder, 0x1C0 },
        { "file", "a", 5, File, EntryKind.File, 0x1A0 },
        { "empty file", "a", 0, File, EntryKind.File, 0x1A0 },
        { "folder marker", "a/", 0, Folder, EntryKind.Folder, 0x1C0 },
        { "folder marker with a body", "a/", 5, Folder, EntryKind.Folder, 0x1C0 },
        { "folder marker that says file", "a/", 0, File, EntryKind.Folder, 0x1ED },
        { "s3fs's old folder without a slash", "a", 0, Folder, EntryKind.Folder, 0x1C0 },
        { "a folder with bytes is a file", "a", 5, Folder, EntryKind.File, 0x1A4 },
        { "symlink", "a", 5, Symlink, EntryKind.Symlink, 0x1FF },
        { "longest symlink", "a", 4095, Symlink, EntryKind.Symlink, 0x1FF },
        { "a symlink too long is a file", "a", 4096, Symlink, EntryKind.File, 0x1A4 },
        { "a symlink to nowhere is a file", "a", 0, Symlink, EntryKind.File, 0x1A4 },
        { "a FIFO is a file", "a", 0, "4480", EntryKind.File, 0x180 },
        { "a device is a file", "a", 5, "8576", EntryKind.File, 0x180 },
        { "permissions alone", "a", 5, "384", EntryKind.File, 0x180 },
        { "permissions alone, folder", "a/", 0, "448", EntryKind.Folder, 0x1C0 },
        { "broken mode", "a", 5, "x", EntryKind.File, 0x1A4 },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public void An_object_is_what_key_size_and_mode_say(string what, string key, long size, string? mode, EntryKind kind, uint permissions)
    {
        _ = what;
        ObjectDescription description = Describe(key, size, mode is null ? [] : new() { ["mode"] = mode });
        Assert.Equal((kind, permissions), (description.Kind, description.Attributes.Mode));
    }

    [Fact]
    public void A_foreign_object_gets_the_defaults()
    {
        EntryAttributes attributes = Describe("a", 5, []).Attributes;
        Assert.Equal((7u, 8u, Modified.ToUnixTimeSeconds() * 1_000_000_000), (attributes.Uid, attributes.Gid, attributes.MtimeNs));
        Assert.Empty(attributes.Xattrs);
    }

    [Fact]
    public void Metadata_is_written_in_the_words_of_s3fs()
    {
        var attributes = new EntryAttributes { Mode = 0x1A4, Uid = 1000, Gid = 100, MtimeNs = 1_700_000_000_123_456_789, Xattrs = new Dictionary<string, byte[]> { ["user.a"] = [1] } };
        var metadata = new ObjectDescription(EntryKind.File, attributes, Hash, "op-1").ToMetadata();
        Assert.Equal(
            """
            agentbay-mtime=1700000000.123456789
            agentbay-op=op-1
            gid=100
            mode=33188
            mtime=1700000000.123456789
            sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            uid=1000
            xattr=%7B%22user.a%22%3A%22AQ%3D%3D%22%7D
            """,
            string.Join('\n', metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")));
    }

    [Fact]
    public void What_we_said_of_the_content_is_forgotten_when_s3fs_has_written_it_anew()
    {
        var ours = new ObjectDescription(EntryKind.File, new EntryAttributes { Mode = 0x1A4, MtimeNs = 1 }, Hash, "op-1");
        var rewritten = new Dictionary<string, string>(ours.ToMetadata()) { ["mtime"] = "1800000000" };
        ObjectDescription read = Describe("a", 5, rewritten);
        Assert.Equal((null, null), (read.Sha256, read.OperationId));
    }

    [Fact]
    public void A_special_file_has_no_object() =>
        Assert.Throws<InvalidOperationException>(() => new ObjectDescription(EntryKind.Special, new EntryAttributes { Mode = 0, MtimeNs = 0 }, null, null).ToMetadata());

    /// <summary>The bytes differ in how long they become in the metadata: a slash of base64 takes three characters there.</summary>
    [Theory]
    [InlineData("user.a", 0x00, 1000, true)]
    [InlineData("user.a", 0x00, 1400, false)]
    [InlineData("user.a", 0xFF, 300, true)]
    [InlineData("user.a", 0xFF, 1000, false)]
    [InlineData("user.ä", 0xFF, 300, true)]
    public void Xattrs_are_taken_when_the_metadata_of_every_upload_has_room_for_them(string name, byte content, int bytes, bool fits)
    {
        var store = new StoreProperties { Url = "memory:" };
        var xattrs = new Dictionary<string, byte[]> { [name] = [.. Enumerable.Repeat(content, bytes)] };
        var longest = new ObjectDescription(
            EntryKind.File, new EntryAttributes { Mode = 0x1FF, Uid = uint.MaxValue, Gid = uint.MaxValue, MtimeNs = long.MaxValue, Xattrs = xattrs }, Hash, new string('x', 64));

        Assert.Equal(fits, ObjectDescription.CanHold(xattrs, store));
        Assert.Equal(fits, ObjectMetadata.SizeOf(longest.ToMetadata()) <= store.MaxMetadataBytes);
    }

    [Fact]
    public void Every_description_comes_back() => Property.Check(
        Descriptions,
        given =>
        {
            ObjectDescription read = Describe(given.Kind == EntryKind.Folder ? "a/" : "a", 5, new(given.ToMetadata()), DefaultAttributes.Standard);
            Assert.Equal(given with { Attributes = read.Attributes }, read);
            Assert.Equal(given.Attributes with { Xattrs = read.Attributes.Xattrs }, read.Attributes);
            Assert.Equal(given.Attributes.Xattrs.OrderBy(x => x.Key, StringComparer.Ordinal), read.Attributes.Xattrs.OrderBy(x => x.Key, StringComparer.Ordinal));
        });

    [Fact]
    public void All_metadata_is_visible_ASCII_under_names_that_every_store_takes() => Property.Check(
        Descriptions,
        given => Assert.All(given.ToMetadata(), pair =>
        {
            Assert.Matches("^[a-z0-9-]+$", pair.Key);
            Assert.Matches("^[!-~]+$", pair.Value);
        }));

    [Fact]
    public void Hostile_metadata_never_throws() => Property.Check(
        HostileMetadata,
        metadata =>
        {
            ObjectDescription read = Describe("a", 5, metadata);
            Assert.InRange(read.Attributes.Mode, 0u, 0xFFFu);
            Assert.NotEqual(EntryKind.Special, read.Kind);
            Assert.All(read.Attributes.Xattrs.Keys, name => Assert.StartsWith("user.", name, StringComparison.Ordinal));
            _ = read.ToMetadata();
        },
        count: 5000);

    private static readonly Gen<IReadOnlyDictionary<string, byte[]>> Xattrs =
        Gen.Elements("a", "b.c", "ü", "\"", "with space", "%41", "🦀", "agent").SelectMany(_ => ArbMap.Default.GeneratorFor<byte[]>(), (name, value) => (Name: $"user.{name}", Value: value ?? []))
            .ListOf().Select(xattrs => (IReadOnlyDictionary<string, byte[]>)xattrs.DistinctBy(x => x.Name).ToDictionary(x => x.Name, x => x.Value));

    private static readonly Gen<ObjectDescription> Descriptions =
        from kind in Gen.Elements(EntryKind.File, EntryKind.Folder, EntryKind.Symlink)
        from mode in Gen.Choose(0, 0xFFF)
        from mtime in ArbMap.Default.GeneratorFor<long>()
        from owner in Gen.Elements<uint?>(null, 0u, 1000u, uint.MaxValue - 1)
        from xattrs in Xattrs
        from ours in ArbMap.Default.GeneratorFor<bool>()
        select new ObjectDescription(
            kind,
            new EntryAttributes { Mode = kind == EntryKind.Symlink ? 0x1FF : (uint)mode, Uid = owner, Gid = owner, MtimeNs = mtime, Xattrs = xattrs },
            ours ? Hash : null,
            ours ? "op" : null);

    private static readonly Gen<Dictionary<string, string>> HostileMetadata =
        (from name in Gen.Elements("mtime", "mode", "uid", "gid", "xattr", "sha256", "agentbay-op", "agentbay-mtime")
         from value in Gen.OneOf(
             ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""),
             Gen.Elements("-", "0", "-1", "1.", "1.5", "33188", "41471", "40755", "99999999999999999999", "%7B", "{}", "{\"user.a\":{}}", "{\"user.a\":\"\\ud800\"}", "%ff%fe", "\0", "\uD800", Hash),
             ArbMap.Default.GeneratorFor<long>().Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)))
         select (name, value)).ListOf().Select(pairs => pairs.DistinctBy(p => p.name).ToDictionary(p => p.name, p => p.value));

    private static ObjectDescription Describe(string key, long size, Dictionary<string, string> metadata, DefaultAttributes? defaults = null) =>
        ObjectDescription.FromObject(key, new ObjectInfo(key, "etag", size, Modified, metadata), defaults ?? Defaults);
}
