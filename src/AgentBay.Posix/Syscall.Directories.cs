using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Posix;

/// <summary>One name of a directory.</summary>
/// <param name="Type">DT_*: st_mode's type bits shifted right by 12; 0 where the filesystem does not say.</param>
public readonly record struct DirectoryName(byte[] Name, ulong Inode, byte Type);

public static unsafe partial class Syscall
{
    /// <summary>All names of an open directory but "." and "..", in the filesystem's order, from its start.</summary>
    public static Errno ReadDirectory(SafeFileHandle directory, List<DirectoryName> names)
    {
        Errno error = Seek(directory, 0, 0, out _);
        if (error != Errno.OK)
        {
            return error;
        }

        var buffer = new byte[64 << 10];
        while (true)
        {
            int length;
            fixed (byte* p = buffer)
            {
                length = (int)Native.GetDents64(Fd(directory), p, (nuint)buffer.Length);
            }

            if (length <= 0)
            {
                return length < 0 ? LastErrno() : Errno.OK;
            }

            // struct linux_dirent64: u64 ino, s64 offset, u16 record length, u8 type, name with a NUL.
            for (int at = 0; at < length;)
            {
                var record = buffer.AsSpan(at);
                int recordLength = BinaryPrimitives.ReadUInt16LittleEndian(record[16..]);
                var name = record[19..recordLength];
                name = name[..name.IndexOf((byte)0)];
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                {
                    names.Add(new DirectoryName(name.ToArray(), BinaryPrimitives.ReadUInt64LittleEndian(record), record[18]));
                }

                at += recordLength;
            }
        }
    }
}
