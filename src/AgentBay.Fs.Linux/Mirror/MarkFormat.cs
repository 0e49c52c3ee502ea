using System.Buffers.Binary;
using System.Text;

namespace AgentBay.Fs.Linux;

/// <summary>
/// A <see cref="PlaceholderMark"/> as an xattr's value. Little endian: u8 version (1), i64 size, i64 mtime, u16 length of the ETag, ETag, key.
/// Not JSON: escapes could grow a key of 1,023 bytes past the 4 KiB that ext4 has for all of an inode's xattrs.
/// </summary>
internal static class MarkFormat
{
    private const byte Version = 1;
    private const int HeaderSize = 19;

    internal static byte[] Encode(PlaceholderMark mark)
    {
        int etagLength = Encoding.UTF8.GetByteCount(mark.ETag);
        var value = new byte[HeaderSize + etagLength + Encoding.UTF8.GetByteCount(mark.Key)];
        value[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(1), mark.Size);
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(9), mark.MtimeNs);
        BinaryPrimitives.WriteUInt16LittleEndian(value.AsSpan(17), checked((ushort)etagLength));
        _ = Encoding.UTF8.GetBytes(mark.ETag, value.AsSpan(HeaderSize));
        _ = Encoding.UTF8.GetBytes(mark.Key, value.AsSpan(HeaderSize + etagLength));
        return value;
    }

    /// <exception cref="FsException">Not a mark of this version.</exception>
    internal static PlaceholderMark Decode(ReadOnlySpan<byte> value)
    {
        if (value.Length < HeaderSize || value[0] != Version || value.Length < HeaderSize + BinaryPrimitives.ReadUInt16LittleEndian(value[17..]))
        {
            throw new FsException(FsError.Corrupt, "A placeholder's mark in the mirror cannot be read: it is damaged, or a newer version wrote it.");
        }

        int etagLength = BinaryPrimitives.ReadUInt16LittleEndian(value[17..]);
        return new PlaceholderMark(
            Key: Encoding.UTF8.GetString(value[(HeaderSize + etagLength)..]),
            ETag: Encoding.UTF8.GetString(value.Slice(HeaderSize, etagLength)),
            Size: BinaryPrimitives.ReadInt64LittleEndian(value[1..]),
            MtimeNs: BinaryPrimitives.ReadInt64LittleEndian(value[9..]));
    }
}
