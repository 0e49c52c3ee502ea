using System.Globalization;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Metadata;

/// <summary>What an object's metadata says of the file, folder or symlink that it is; <see cref="ObjectMetadata"/> has the form of each value.</summary>
/// <param name="Sha256">Of the content (a symlink's target), 64 lower-case hex digits; null when nobody has said.</param>
/// <param name="OperationId">Which of our own writes made this version; null when it is not ours.</param>
public sealed record ObjectDescription(EntryKind Kind, EntryAttributes Attributes, string? Sha256, string? OperationId)
{
    /// <summary>Bytes of a symlink's target, as Linux has it (PATH_MAX less the NUL).</summary>
    public const int MaxTargetLength = 4095;

    private const uint SymlinkMode = 0x1FF; // 0777
    private const int LongestOperationId = 64;

    /// <summary>
    /// Reads what our own mounts, s3fs, ossfs and rclone write. Metadata is hostile input: a value that is broken, or that contradicts
    /// what the object is, counts as missing, and nothing throws. What is missing comes from <paramref name="defaults"/> and LastModified.
    /// </summary>
    /// <param name="key">Below the context's prefix; a folder's ends with '/' (s3fs also has empty objects whose mode says folder).</param>
    public static ObjectDescription FromObject(string key, ObjectInfo info, DefaultAttributes defaults)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(defaults);

        IReadOnlyDictionary<string, string> metadata = info.Metadata;
        ModeBits? mode = ObjectMetadata.ParseMode(metadata.GetValueOrDefault(ObjectMetadata.Mode));
        EntryKind kind = KindOf(key, info.Size, mode?.Type);
        string? mtime = metadata.GetValueOrDefault(ObjectMetadata.Mtime);

        // s3fs sends our keys along when it writes the file anew, with another mtime: then they speak of the content before.
        bool isOurs = mtime is not null && metadata.GetValueOrDefault(ObjectMetadata.WrittenMtime) == mtime;
        return new ObjectDescription(
            kind,
            new EntryAttributes
            {
                Mode = PermissionsOf(kind, mode) ?? DefaultMode(kind, defaults),
                Uid = ObjectMetadata.ParseOwner(metadata.GetValueOrDefault(ObjectMetadata.Uid)) ?? defaults.Uid,
                Gid = ObjectMetadata.ParseOwner(metadata.GetValueOrDefault(ObjectMetadata.Gid)) ?? defaults.Gid,
                MtimeNs = ObjectMetadata.ParseMtime(mtime) ?? ObjectMetadata.Nanoseconds(info.LastModified),
                Xattrs = ObjectMetadata.ParseXattrs(metadata.GetValueOrDefault(ObjectMetadata.Xattr)),
            },
            isOurs ? ObjectMetadata.ParseSha256(metadata.GetValueOrDefault(ObjectMetadata.Sha256)) : null,
            isOurs ? metadata.GetValueOrDefault(ObjectMetadata.OperationId) : null);
    }

    /// <summary>All values are visible ASCII.</summary>
    /// <exception cref="InvalidOperationException">A special file, which lives in the mirror only.</exception>
    public IReadOnlyDictionary<string, string> ToMetadata()
    {
        var metadata = new Dictionary<string, string>
        {
            [ObjectMetadata.Mtime] = ObjectMetadata.FormatMtime(Attributes.MtimeNs),
            [ObjectMetadata.Mode] = ObjectMetadata.FormatMode(Kind, Attributes.Mode),
        };
        Add(metadata, ObjectMetadata.Uid, Attributes.Uid?.ToString(CultureInfo.InvariantCulture));
        Add(metadata, ObjectMetadata.Gid, Attributes.Gid?.ToString(CultureInfo.InvariantCulture));
        Add(metadata, ObjectMetadata.Xattr, Attributes.Xattrs.Count > 0 ? ObjectMetadata.FormatXattrs(Attributes.Xattrs) : null);
        Add(metadata, ObjectMetadata.Sha256, Sha256);
        Add(metadata, ObjectMetadata.OperationId, OperationId);
        Add(metadata, ObjectMetadata.WrittenMtime, Sha256 is null && OperationId is null ? null : metadata[ObjectMetadata.Mtime]);
        return metadata;
    }

    /// <summary>Whether a file's metadata has room for these xattrs, with the longest values of all else. Asked before a setxattr is granted.</summary>
    public static bool CanHold(IReadOnlyDictionary<string, byte[]> xattrs, StoreProperties store)
    {
        ArgumentNullException.ThrowIfNull(store);
        var attributes = new EntryAttributes { Mode = 0xFFF, Uid = uint.MaxValue, Gid = uint.MaxValue, MtimeNs = long.MinValue, Xattrs = xattrs };
        var longest = new ObjectDescription(EntryKind.File, attributes, new string('0', ObjectMetadata.Sha256Length), new string('0', LongestOperationId));
        return ObjectMetadata.SizeOf(longest.ToMetadata()) <= store.MaxMetadataBytes;
    }

    private static EntryKind KindOf(string key, long size, FileType? type) => type switch
    {
        _ when key.Length == 0 || key[^1] == '/' => EntryKind.Folder,
        FileType.Folder when size == 0 => EntryKind.Folder,
        FileType.Symlink when size is > 0 and <= MaxTargetLength => EntryKind.Symlink,
        _ => EntryKind.File,
    };

    private static uint? PermissionsOf(EntryKind kind, ModeBits? mode) => (kind, mode?.Type) switch
    {
        (EntryKind.Symlink, _) => SymlinkMode,
        (EntryKind.File, FileType.File or FileType.Special or FileType.Unknown) => mode?.Permissions,
        (EntryKind.Folder, FileType.Folder or FileType.Unknown) => mode?.Permissions,
        _ => null,
    };

    private static uint DefaultMode(EntryKind kind, DefaultAttributes defaults) => kind == EntryKind.Folder ? defaults.FolderMode : defaults.FileMode;

    private static void Add(Dictionary<string, string> metadata, string name, string? value)
    {
        if (value is not null)
        {
            metadata.Add(name, value);
        }
    }
}
