using System.Text;
using AgentBay.Fs.Keys;
using FsCheck;
using FsCheck.Fluent;

namespace AgentBay.Fs.Tests.Keys;

public class KeyCodecProperties
{
    /// <summary>What the codec gives a meaning to, so that random joins of it meet the corners.</summary>
    private static readonly string[] Pieces =
        ["‛", "‛", "‛", "00", "0A", "1F", "20", "7F", "80", "C3", "A9", "E2", "9B", "FF", "0", "A", "ff", ".", "..", "a", "é", "🦀", "\n", "\u0001", "\u001F", "\u007F", "\uFFFD", "\uFFFE", "‛file"];

    private static readonly Gen<byte[]> NamePiece = Gen.OneOf(
        Gen.Elements(Pieces).Select(Encoding.UTF8.GetBytes),
        Gen.Choose(1, 255).Where(b => b != '/').Select(b => new[] { (byte)b }));

    private static readonly Gen<byte[]> Name = NamePiece.ListOf().Select(pieces => pieces.SelectMany(p => p).Take(255).ToArray()).Where(name => TreePath.IsName(name));

    private static readonly Gen<TreePath> Path = Name.NonEmptyListOf().Select(names => names.Take(4).Aggregate(TreePath.Root, (path, name) => path.Append(name)));

    private static readonly Gen<(TreePath Path, bool Folder)> Entry = Path.SelectMany(_ => ArbMap.Default.GeneratorFor<bool>(), (path, folder) => (path, folder));

    private static readonly Gen<string> Key = Gen.OneOf(
        Gen.Elements([.. Pieces, "\0", "/", "/", "\uD800", "\uDC00", "\\"]),
        ArbMap.Default.GeneratorFor<char>().Select(c => c.ToString())).ListOf().Select(string.Concat);

    [Fact]
    public void Every_path_comes_back_from_its_key() => Property.Check(
        Entry,
        entry =>
        {
            Assert.True(KeyCodec.TryEncode(entry.Path, entry.Folder, out string? key, int.MaxValue));
            Assert.True(KeyCodec.TryDecode(key, out TreePath path, out bool isFolderMarker, int.MaxValue), key);
            Assert.Equal(entry, (path, isFolderMarker));
        },
        count: 20_000);

    [Fact]
    public void Every_key_that_has_a_path_comes_back_from_it() => Property.Check(
        Key,
        key =>
        {
            if (KeyCodec.TryDecode(key, out TreePath path, out bool isFolderMarker))
            {
                Assert.True(KeyCodec.TryEncode(path, isFolderMarker, out string? encoded));
                Assert.Equal(key, encoded);
            }
        },
        count: 20_000);

    [Fact]
    public void No_key_leads_out_of_the_tree() => Property.Check(
        Key,
        key =>
        {
            _ = KeyCodec.TryDecode(key, out TreePath path, out _);
            Assert.Equal(path, TreePath.Parse(path.Bytes));
        });

    [Fact]
    public void A_key_is_Unicode_without_what_XML_cannot_carry_unless_a_name_asks_for_it() => Property.Check(
        Name.Where(name => !name.AsSpan().StartsWith("‛"u8) && name.AsSpan().IndexOf("‛0"u8) < 0 && name.AsSpan().IndexOf("‛1"u8) < 0),
        name =>
        {
            Assert.True(KeyCodec.TryEncode(TreePath.Root.Append(name), folder: false, out string? key, int.MaxValue));
            Assert.DoesNotContain(key, c => c < ' ' || c is '\uFFFE' or '\uFFFF' or '/');
            Assert.Equal(key, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(key)));
        });

    [Fact]
    public void Two_names_never_share_a_key()
    {
        // Small enough to try all: every join of up to four of the pieces that escapes are made of.
        byte[][] pieces = [.. new[] { "‛", "0", "A", "F", ".", "\n" }.Select(Encoding.UTF8.GetBytes), [0xFF], [0xC3], [0xA9]];
        var keys = new Dictionary<string, string>();
        foreach (byte[] name in Joins(pieces, 5).Where(name => TreePath.IsName(name)))
        {
            foreach (bool folder in new[] { false, true })
            {
                Assert.True(KeyCodec.TryEncode(TreePath.Root.Append(name), folder, out string? key));
                string was = keys.GetValueOrDefault(key, Convert.ToHexString(name));
                Assert.True(was == Convert.ToHexString(name) && keys.TryAdd(key, was), $"{key} is {was} and {Convert.ToHexString(name)}");
            }
        }
    }

    [Fact]
    public void A_shadowed_object_comes_back_from_its_name() => Property.Check(
        Key,
        key =>
        {
            if (KeyCodec.TryDecodeShadowed(key, out TreePath path))
            {
                Assert.True(KeyCodec.TryEncodeShadowed(path, out string? encoded));
                Assert.Equal(key, encoded);
            }
        });

    private static IEnumerable<byte[]> Joins(byte[][] pieces, int most)
    {
        IEnumerable<byte[]> joins = [[]];
        var all = joins;
        for (int i = 0; i < most; i++)
        {
            joins = [.. joins.SelectMany(join => pieces, (join, piece) => (byte[])[.. join, .. piece])];
            all = all.Concat(joins);
        }

        return all.DistinctBy(Convert.ToHexString);
    }
}
