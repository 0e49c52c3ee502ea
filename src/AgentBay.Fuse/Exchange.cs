using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AgentBay.Fuse.Transport;
using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse;

/// <summary>One request with its buffers and its answer. Pooled; see <see cref="ExchangePool"/>.</summary>
#pragma warning disable CA1001 // A source without a timer holds nothing that Dispose would free.
internal sealed class Exchange : FuseRequest
#pragma warning restore CA1001
{
    private readonly Lock gate = new();
    private CancellationTokenSource? source;
    private bool active;
    private bool interrupted;
    private InHeader header;
    private int length;
    private IFuseTransport transport = null!;

    /// <param name="inputSize">Room for the largest message: the kernel refuses to fill a smaller one.</param>
    internal Exchange(int inputSize, int outputSize)
    {
        Input = GC.AllocateUninitializedArray<byte>(inputSize, pinned: true);
        Output = GC.AllocateUninitializedArray<byte>(outputSize, pinned: true);
        Directory = new DirectoryBuffer(this);
    }

    internal byte[] Input { get; }

    /// <summary>The answer: header, then payload.</summary>
    internal byte[] Output { get; }

    internal DirectoryBuffer Directory { get; }

    /// <summary>What the kernel asked for at most, in READ, READDIR, GETXATTR and LISTXATTR.</summary>
    internal uint AskedSize { get; set; }

    internal Opcode Opcode => header.Opcode;
    internal NodeId Node => new(header.Node);

    /// <summary>What follows the header, without extensions.</summary>
    internal ReadOnlySpan<byte> Body => Input.AsSpan(Unsafe.SizeOf<InHeader>(), length - Unsafe.SizeOf<InHeader>());

    /// <summary>Where the payload of the answer goes.</summary>
    internal Memory<byte> Payload => Output.AsMemory(OutHeader.Size);

    public override ulong Unique => header.Unique;
    public override uint Uid => header.Uid;
    public override uint Gid => header.Gid;
    public override uint Pid => header.Pid;
    public override bool KillSuidGid => KillsSuidGid;

    internal bool KillsSuidGid { get; set; }

    public override CancellationToken Interrupted
    {
        get
        {
            lock (gate)
            {
                if (source is null)
                {
                    source = new CancellationTokenSource();
                    if (interrupted)
                    {
                        source.Cancel();   // Nobody has the token yet, so no callback runs under the lock.
                    }
                }

                return source.Token;
            }
        }
    }

    /// <summary>Takes a message that lies in <see cref="Input"/>. From here on an INTERRUPT finds it.</summary>
    /// <returns>False when it is too short to be answered. When it is malformed, true with <paramref name="wellFormed"/> false.</returns>
    internal bool TryBegin(IFuseTransport from, int received, ExchangePool pool, out bool wellFormed)
    {
        wellFormed = false;
        if (received < Unsafe.SizeOf<InHeader>())
        {
            return false;
        }

        var message = MemoryMarshal.Read<InHeader>(Input);
        int extensions = message.ExtensionUnits * 8;
        wellFormed = message.Length == (uint)received && extensions <= received - Unsafe.SizeOf<InHeader>();
        transport = from;
        length = wellFormed ? received - extensions : Unsafe.SizeOf<InHeader>();
        AskedSize = 0;
        KillsSuidGid = false;
        lock (gate)
        {
            header = message;
            active = true;
            interrupted = pool.IsClosed;   // Read under the lock: see ExchangePool.InterruptAll.
        }

        return true;
    }

    /// <returns>Who asks; null when this is not, or no longer, the request.</returns>
    internal uint? CallerOf(ulong unique)
    {
        lock (gate)
        {
            return active && unique == header.Unique ? header.Pid : null;
        }
    }

    /// <summary>Cancels the handler's token if this is the request that <paramref name="target"/> names, or any request when it is null.</summary>
    internal bool TryInterrupt(ulong? target)
    {
        CancellationTokenSource? cancel;
        lock (gate)
        {
            if (!active || (target is { } unique && unique != header.Unique))
            {
                return false;
            }

            interrupted = true;   // The token may be made later: it is born cancelled.
            cancel = source;
        }

        // Not under the lock and not on this thread: callbacks are the handler's code. If the request ends meanwhile,
        // its source is out of use and nobody is harmed: a source belongs to one request.
        _ = cancel?.CancelAsync();
        return true;
    }

    internal bool WasInterrupted
    {
        get
        {
            lock (gate)
            {
                return interrupted;
            }
        }
    }

    /// <summary>Sends the answer: an errno alone, or <paramref name="payload"/> bytes of <see cref="Payload"/>.</summary>
    internal Errno Send(Errno error, int payload)
    {
        // The kernel drops an answer whose errno lies outside 1..511, and its caller would wait for ever.
        int code = error is >= 0 and < (Errno)512 ? (int)error : (int)Errno.EIO;
        int size = OutHeader.Size + (code == 0 ? payload : 0);
        var answer = new OutHeader { Length = (uint)size, Error = -code, Unique = header.Unique };
        MemoryMarshal.Write(Output, answer);
        return transport.Send(Output.AsSpan(0, size));
    }

    /// <summary>Sends an errno through a channel that need not be the one that brought the message.</summary>
    internal void SendOn(IFuseTransport channel, Errno error)
    {
        var answer = new OutHeader { Length = OutHeader.Size, Error = -(int)error, Unique = header.Unique };
        MemoryMarshal.Write(Output, answer);
        channel.Send(Output.AsSpan(0, OutHeader.Size));
    }

    /// <summary>The part of <see cref="Input"/> that <paramref name="part"/>, a slice of <see cref="Body"/>, covers.</summary>
    internal ReadOnlyMemory<byte> MemoryOf(ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty)
        {
            return default;
        }

        bool inside = Input.AsSpan().Overlaps(part, out int offset);
        System.Diagnostics.Debug.Assert(inside);
        return Input.AsMemory(offset, part.Length);
    }

    /// <summary>After the answer: an INTERRUPT no longer finds it.</summary>
    internal void End()
    {
        lock (gate)
        {
            active = false;
            source = null;
        }
    }
}
