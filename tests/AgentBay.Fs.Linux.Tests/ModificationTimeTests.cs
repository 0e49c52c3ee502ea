using AgentBay.Fuse;
using AgentBay.Posix;
using static AgentBay.Fs.Linux.Tests.Handlers;

namespace AgentBay.Fs.Linux.Tests;

/// <summary>Whose clock a file's modification time is by: the disk's, or with the writeback cache the kernel's.</summary>
public sealed class ModificationTimeTests
{
    private const int Rounds = 20_000;

    private static readonly FakeRequest Request = new();

    [Fact]
    public async Task The_writeback_cache_s_modification_time_outlives_writes_that_come_beside_it()
    {
        using var h = new Handlers(FuseDataPath.WritebackCache);
        NodeId a = h.Create("a").Entry.Node;
        byte[] data = new byte[4096];
        int lost = 0;
        using var both = new Barrier(2);

        Task writes = Task.Run(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                both.SignalAndWait();
                _ = Value(h.FileSystem.Write(Request, a, default, 0, data, fromCache: true, false));
                both.SignalAndWait();
            }
        });
        for (int i = 0; i < Rounds; i++)
        {
            both.SignalAndWait();
            _ = Value(h.FileSystem.SetAttributes(Request, a, new FuseSetAttributes { ModifyTimeNs = i }));
            both.SignalAndWait();
            lost += h.Stat(a).Attributes.ModifyTimeNs == i ? 0 : 1;
        }

        await writes;
        Assert.Equal(0, lost);
    }

    [Theory]
    [InlineData(FuseDataPath.WritebackCache, true)]
    [InlineData(FuseDataPath.WriteThrough, false)]
    [InlineData(FuseDataPath.Passthrough, false)] // Where the kernel took no backing file.
    public void Whose_modification_time_is_the_kernel_s_keeps_it_when_bytes_arrive(FuseDataPath dataPath, bool kernels)
    {
        using var h = new Handlers(dataPath);
        h.Kernel.RefuseBacking = dataPath == FuseDataPath.Passthrough ? Errno.ELOOP : Errno.OK;
        Action<NodeId>[] changes =
        [
            node => Value(h.FileSystem.Write(Request, node, default, 0, new byte[10], fromCache: true, false)),
            node => Value(h.FileSystem.Write(Request, node, default, 0, new byte[10], fromCache: false, false)),
            node => Assert.Equal(Errno.OK, Done(h.FileSystem.Allocate(Request, node, default, 0, 0, 100))),
            node => Value(h.FileSystem.CopyFileRange(Request, node, default, 0, node, default, 50, 10)),
            node => Value(h.FileSystem.Open(Request, node, OpenFlags.WriteOnly | OpenFlags.Truncate)),
        ];
        NodeId a = h.Create("a").Entry.Node;
        foreach (Action<NodeId> change in changes)
        {
            _ = Value(h.FileSystem.SetAttributes(Request, a, new FuseSetAttributes { ModifyTimeNs = 42 }));
            change(a);
            Assert.Equal(kernels, h.Stat(a).Attributes.ModifyTimeNs == 42);
        }
    }
}
