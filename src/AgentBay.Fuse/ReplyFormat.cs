using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse;

/// <summary>How a handler's value becomes the payload of an answer.</summary>
internal interface IReplyFormat<T>
{
    /// <returns>An error when the value can't be told; the kernel gets it instead.</returns>
    static abstract Errno Write(Exchange exchange, in T value, out int length);
}

internal readonly struct EntryFormat : IReplyFormat<FuseEntry>
{
    public static Errno Write(Exchange exchange, in FuseEntry value, out int length) => Payload.Write(exchange, EntryOut.From(value), out length);
}

internal readonly struct AttributesFormat : IReplyFormat<FuseAttributesReply>
{
    public static Errno Write(Exchange exchange, in FuseAttributesReply value, out int length) => Payload.Write(exchange, AttrOut.From(value), out length);
}

internal readonly struct OpenFormat : IReplyFormat<FuseOpen>
{
    public static Errno Write(Exchange exchange, in FuseOpen value, out int length) => Payload.Write(exchange, OpenOut.From(value), out length);
}

internal readonly struct CreatedFormat : IReplyFormat<FuseCreated>
{
    public static Errno Write(Exchange exchange, in FuseCreated value, out int length) =>
        Payload.Write(exchange, new CreateOut { Entry = EntryOut.From(value.Entry), Open = OpenOut.From(value.Open) }, out length);
}

/// <summary>READ: the handler has filled the payload already.</summary>
internal readonly struct ReadFormat : IReplyFormat<int>
{
    public static Errno Write(Exchange exchange, in int value, out int length)
    {
        length = value;
        return value >= 0 && (uint)value <= exchange.AskedSize ? Errno.OK : Errno.EIO;
    }
}

/// <summary>WRITE and COPY_FILE_RANGE.</summary>
internal readonly struct WriteFormat : IReplyFormat<int>
{
    public static Errno Write(Exchange exchange, in int value, out int length)
    {
        Payload.Write(exchange, new WriteOut { Size = (uint)value }, out length);
        return value >= 0 ? Errno.OK : Errno.EIO;
    }
}

/// <summary>COPY_FILE_RANGE_64.</summary>
internal readonly struct CopiedFormat : IReplyFormat<int>
{
    public static Errno Write(Exchange exchange, in int value, out int length)
    {
        Payload.Write(exchange, new CopyFileRangeOut { Copied = (ulong)value }, out length);
        return value >= 0 ? Errno.OK : Errno.EIO;
    }
}

internal readonly struct StatFsFormat : IReplyFormat<FuseStatFs>
{
    public static Errno Write(Exchange exchange, in FuseStatFs value, out int length) => Payload.Write(exchange, StatFsOut.From(value), out length);
}

internal readonly struct SeekFormat : IReplyFormat<long>
{
    public static Errno Write(Exchange exchange, in long value, out int length)
    {
        Payload.Write(exchange, new LSeekOut { Offset = (ulong)value }, out length);
        return value >= 0 ? Errno.OK : Errno.EIO;
    }
}

/// <summary>READLINK: the target's bytes, no NUL.</summary>
internal readonly struct LinkTargetFormat : IReplyFormat<ReadOnlyMemory<byte>>
{
    // The kernel reads a target into one page and ends it with a NUL.
    private static readonly int Longest = Environment.SystemPageSize - 1;

    public static Errno Write(Exchange exchange, in ReadOnlyMemory<byte> value, out int length)
    {
        length = value.Length;
        if (value.Length > Longest)
        {
            return Errno.ENAMETOOLONG;
        }

        value.Span.CopyTo(exchange.Payload.Span);
        return Errno.OK;
    }
}

/// <summary>GETXATTR and LISTXATTR: the bytes, or how many there are when the kernel asked with size zero.</summary>
internal readonly struct XattrFormat : IReplyFormat<ReadOnlyMemory<byte>>
{
    public static Errno Write(Exchange exchange, in ReadOnlyMemory<byte> value, out int length)
    {
        if (exchange.AskedSize == 0)
        {
            return Payload.Write(exchange, new GetXattrOut { Size = (uint)value.Length }, out length);
        }

        length = value.Length;
        if ((uint)value.Length > exchange.AskedSize)
        {
            return Errno.ERANGE;
        }

        value.Span.CopyTo(exchange.Payload.Span);
        return Errno.OK;
    }
}

/// <summary>Writes a structure as the whole payload.</summary>
internal static class Payload
{
    internal static Errno Write<T>(Exchange exchange, in T value, out int length)
        where T : unmanaged
    {
        MemoryMarshal.Write(exchange.Payload.Span, value);
        length = Unsafe.SizeOf<T>();
        return Errno.OK;
    }
}
