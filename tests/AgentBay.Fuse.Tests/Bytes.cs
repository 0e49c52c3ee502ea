using System.Buffers.Binary;
using System.Text;

namespace AgentBay.Fuse.Tests;

/// <summary>Wire bytes written down by hand, field by field, without our structs: little-endian, as on every machine that we run on.</summary>
internal sealed class Bytes
{
    private readonly List<byte> written = [];

    internal Bytes U16(ushort value) => Number(value, 2);

    internal Bytes U32(uint value) => Number(value, 4);

    internal Bytes I32(int value) => Number(unchecked((uint)value), 4);

    internal Bytes U64(ulong value) => Number(value, 8);

    internal Bytes Text(string value) => Raw(Encoding.Latin1.GetBytes(value));

    /// <summary>Text and its NUL.</summary>
    internal Bytes Name(string value) => Text(value).Raw([0]);

    internal Bytes Zeros(int count) => Raw(new byte[count]);

    internal Bytes Raw(byte[] value)
    {
        written.AddRange(value);
        return this;
    }

    internal byte[] ToArray() => [.. written];

    /// <summary>struct fuse_in_header and a body.</summary>
    internal static byte[] Request(uint opcode, ulong unique, ulong node, byte[] body) =>
        new Bytes().U32((uint)(40 + body.Length)).U32(opcode).U64(unique).U64(node).U32(1000).U32(100).U32(4242).U32(0).Raw(body).ToArray();

    /// <summary>struct fuse_out_header and a payload.</summary>
    internal static byte[] Reply(ulong unique, byte[] payload) =>
        new Bytes().U32((uint)(16 + payload.Length)).I32(0).U64(unique).Raw(payload).ToArray();

    internal static byte[] Error(ulong unique, int errno) => new Bytes().U32(16).I32(-errno).U64(unique).ToArray();

    private Bytes Number(ulong value, int size)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        written.AddRange(bytes[..size]);
        return this;
    }
}
