using System.Collections.Concurrent;
using System.Text;
using AgentBay.Fuse;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fs.Linux.Tests;

/// <summary>Counts backing files and keeps what it is told.</summary>
internal sealed class FakeKernel(FuseDataPath dataPath) : IKernel
{
    private int lastBacking;

    public FuseDataPath DataPath => dataPath;

    internal ConcurrentDictionary<int, bool> Backings { get; } = new();

    internal BlockingCollection<string> Notices { get; } = [];

    internal Errno RefuseBacking { get; set; }

    public Errno OpenBacking(SafeFileHandle file, out BackingId id)
    {
        id = default;
        if (RefuseBacking == Errno.OK)
        {
            id = new BackingId(Interlocked.Increment(ref lastBacking));
            Backings[id.Value] = true;
        }

        return RefuseBacking;
    }

    public void CloseBacking(BackingId id) => Assert.True(Backings.TryRemove(id.Value, out _));

    public void InvalidateEntry(NodeId parent, ReadOnlySpan<byte> name, bool expireOnly) => Notices.Add($"entry {parent.Value} {Encoding.UTF8.GetString(name)}{(expireOnly ? " again" : "")}");

    public void InvalidateAttributes(NodeId node) => Notices.Add($"attributes {node.Value}");
}
