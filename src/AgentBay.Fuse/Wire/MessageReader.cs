using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AgentBay.Fuse.Wire;

/// <summary>
/// Reads one message from front to back. A read that would pass the end fails the reader and yields an empty value;
/// the caller asks <see cref="Failed"/> once, after its last read, and then answers EINVAL.
/// </summary>
internal ref struct MessageReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> rest = body;

    internal bool Failed { get; private set; }

    internal T Read<T>()
        where T : unmanaged
    {
        if (rest.Length < Unsafe.SizeOf<T>())
        {
            Fail();
            return default;
        }

        var value = MemoryMarshal.Read<T>(rest);
        rest = rest[Unsafe.SizeOf<T>()..];
        return value;
    }

    /// <summary>One segment of a path, ended by a NUL: not empty, not "." or "..", without a slash.</summary>
    internal ReadOnlySpan<byte> ReadName()
    {
        var name = ReadText();
        if (name.IsEmpty || name.Contains((byte)'/') || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
        {
            Fail();
            return default;
        }

        return name;
    }

    /// <summary>Bytes ended by a NUL, which is consumed.</summary>
    internal ReadOnlySpan<byte> ReadText()
    {
        int length = rest.IndexOf((byte)0);
        if (length < 0)
        {
            Fail();
            return default;
        }

        var text = rest[..length];
        rest = rest[(length + 1)..];
        return text;
    }

    internal ReadOnlySpan<byte> ReadBytes(uint length)
    {
        if (length > (uint)rest.Length)
        {
            Fail();
            return default;
        }

        var bytes = rest[..(int)length];
        rest = rest[(int)length..];
        return bytes;
    }

    private void Fail()
    {
        Failed = true;
        rest = default;
    }
}
