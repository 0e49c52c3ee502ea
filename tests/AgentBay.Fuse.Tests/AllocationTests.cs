using AgentBay.Fuse.Transport;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fuse.Tests;

public sealed class AllocationTests
{
    private const int Rounds = 10;
    private const int Times = 1000;

    private static readonly string[] FastPath = ["LOOKUP", "FORGET", "GETATTR", "SETATTR of everything", "CREATE", "OPEN", "READ", "WRITE", "READDIRPLUS", "RELEASE", "RENAME2", "STATFS"];

    public static TheoryData<string> Names => [.. FastPath];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_request_that_is_answered_at_once_allocates_nothing(string name)
    {
        var row = WireTable.Cases.Single(c => c.Name == name);
        byte[] request = Bytes.Request(row.Opcode, 100, 5, row.Body);
        var transport = new Nowhere();
        var session = new FuseSession(transport, new Still(), new FuseSessionOptions(), null);
        var exchange = new Exchange(1 << 16, 1 << 16);
        request.CopyTo(exchange.Input, 0);
        Serve(session, exchange, transport, request.Length, Times);   // tiers and static constructors

        long[] allocated = new long[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Serve(session, exchange, transport, request.Length, Times);
            allocated[round] = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // What a request allocates is in every round; some kilobytes that the runtime allocates on this thread once, at a time of its own, are in one.
        Assert.Equal(0, allocated.Min());
        Assert.Equal(row.Payload is null ? 0 : (1 + Rounds) * Times, transport.Sent);
    }

    private static void Serve(FuseSession session, Exchange exchange, Nowhere transport, int length, int times)
    {
        for (int i = 0; i < times; i++)
        {
            if (!session.Handle(exchange, transport, length))
            {
                throw new InvalidOperationException("The handler was to answer at once.");
            }
        }
    }

    /// <summary>Answers at once and keeps no record.</summary>
    private sealed class Still : FuseFileSystem
    {
        public override ValueTask<FuseResult<FuseEntry>> Lookup(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name) => (FuseResult<FuseEntry>)RecordingFileSystem.Entry;

        public override ValueTask<FuseResult<FuseAttributesReply>> GetAttributes(FuseRequest request, NodeId node, HandleId? handle) =>
            (FuseResult<FuseAttributesReply>)new FuseAttributesReply(RecordingFileSystem.Attributes, TimeSpan.FromDays(1));

        public override ValueTask<FuseResult<FuseAttributesReply>> SetAttributes(FuseRequest request, NodeId node, in FuseSetAttributes change) =>
            (FuseResult<FuseAttributesReply>)new FuseAttributesReply(RecordingFileSystem.Attributes, TimeSpan.FromDays(1));

        public override ValueTask<FuseResult<FuseOpen>> Open(FuseRequest request, NodeId node, int flags) => (FuseResult<FuseOpen>)new FuseOpen(new HandleId(1));

        public override ValueTask<FuseResult<FuseCreated>> Create(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, uint mode, uint umask, int flags) =>
            (FuseResult<FuseCreated>)new FuseCreated(RecordingFileSystem.Entry, new FuseOpen(new HandleId(1)));

        public override ValueTask<FuseResult<int>> Read(FuseRequest request, NodeId node, HandleId handle, long offset, Memory<byte> buffer) => (FuseResult<int>)buffer.Length;

        public override ValueTask<FuseResult<int>> Write(FuseRequest request, NodeId node, HandleId handle, long offset, ReadOnlyMemory<byte> data, bool fromCache, bool killSuidGid) => (FuseResult<int>)data.Length;

        public override ValueTask<Errno> Release(FuseRequest request, NodeId node, HandleId handle, int flags) => new(Errno.OK);

        public override ValueTask<Errno> Rename(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, NodeId newParent, ReadOnlySpan<byte> newName, uint flags) => new(Errno.OK);

        public override ValueTask<FuseResult<FuseStatFs>> StatFs(FuseRequest request, NodeId node) => (FuseResult<FuseStatFs>)new FuseStatFs(1, 2, 3, 4, 5, 6, 7, 8);

        public override ValueTask<Errno> ReadDirectory(FuseRequest request, NodeId node, HandleId handle, ulong offset, DirectoryEntries entries)
        {
            for (ulong i = 1; entries.TryAdd("some name"u8, RecordingFileSystem.Entry, i); i++)
            {
            }

            return new(Errno.OK);
        }
    }

    private sealed class Nowhere : IFuseTransport
    {
        internal int Sent { get; private set; }

        public Errno Receive(Span<byte> buffer, out int length) => throw new NotSupportedException();

        public Errno Send(ReadOnlySpan<byte> message)
        {
            Sent++;
            return Errno.OK;
        }

        public void Interrupt() => throw new NotSupportedException();

        public IFuseTransport Clone() => throw new NotSupportedException();

        public Errno OpenBacking(SafeFileHandle file, out int id) => throw new NotSupportedException();

        public Errno CloseBacking(int id) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
