using System.Collections.Concurrent;

namespace AgentBay.Fuse.Tests;

/// <summary>Reads wait until the test lets them go; the test sees each arrive.</summary>
internal sealed class PendingFileSystem : FuseFileSystem
{
    private readonly BlockingCollection<PendingRead> arrived = [];

    internal bool WasDestroyed { get; private set; }

    internal PendingRead NextRead() => arrived.TryTake(out var read, TimeSpan.FromMinutes(1)) ? read : throw new TimeoutException("No READ came.");

    public override ValueTask<FuseResult<int>> Read(FuseRequest request, NodeId node, HandleId handle, long offset, Memory<byte> buffer)
    {
        var read = new PendingRead(request, buffer);
        arrived.Add(read);
        return new(read.Answer.Task);
    }

    public override void Destroyed() => WasDestroyed = true;

    internal static byte[] ReadRequest(ulong unique, uint size = 4096) =>
        Bytes.Request(15, unique, 5, new Bytes().U64(50).U64(0).U32(size).U32(0).U64(0).U32(0).U32(0).ToArray());

    internal static byte[] Interrupt(ulong unique) => Bytes.Request(36, unique | 1, 0, new Bytes().U64(unique).ToArray());
}

internal sealed record PendingRead(FuseRequest Request, Memory<byte> Buffer)
{
    internal TaskCompletionSource<FuseResult<int>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the request's token is cancelled.</summary>
    internal Task Cancelled
    {
        get
        {
            var cancelled = new TaskCompletionSource();
            Request.Interrupted.Register(cancelled.SetResult);
            return cancelled.Task;
        }
    }
}
