using System.Text;
using AgentBay.Fuse;
using AgentBay.Posix;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentBay.Fs.Linux.Tests;

/// <summary>A mirror's filesystem without a kernel: its handlers, called as the session would.</summary>
internal sealed class Handlers : IDisposable
{
    private readonly TestFolder folder = new();

    internal Handlers(FuseDataPath dataPath = FuseDataPath.Passthrough, MirrorFileSystemOptions? options = null, bool ownModes = true, bool readOnly = false)
    {
        _ = Syscall.SetUmask(0);
        Files = LinuxMirrorFiles.Open(folder.Tree, folder.Staging, new ModeKeeper(ownModes));
        Host = new FakeHost(folder.Tree, Files) { ReadOnly = readOnly };
        FileSystem = new MirrorFileSystem(Host, Files, options ?? new MirrorFileSystemOptions(), NullLogger.Instance);
        Kernel = new FakeKernel(dataPath);
        FileSystem.Start(Kernel);
    }

    internal LinuxMirrorFiles Files { get; }

    internal FakeHost Host { get; }

    internal MirrorFileSystem FileSystem { get; }

    internal FakeKernel Kernel { get; }

    internal FakeRequest Request { get; init; } = new();

    internal string InTree(string name) => folder.InTree(name);

    internal FuseEntry Lookup(string name, NodeId? parent = null) => Value(FileSystem.Lookup(Request, parent ?? NodeId.Root, Bytes(name)));

    internal FuseCreated Create(string name, NodeId? parent = null, uint mode = 0x1A4, int flags = OpenFlags.ReadWrite) =>
        Value(FileSystem.Create(Request, parent ?? NodeId.Root, Bytes(name), StatMode.Regular | mode, 0, flags));

    internal NodeId MakeFile(string name, NodeId? parent = null)
    {
        NodeId node = Create(name, parent).Entry.Node;
        Release(node, OpenFlags.ReadWrite);
        return node;
    }

    internal NodeId MakeFolder(string name, NodeId? parent = null, uint mode = 0x1ED) =>
        Value(FileSystem.MakeDirectory(Request, parent ?? NodeId.Root, Bytes(name), mode, 0)).Node;

    internal FuseAttributesReply Stat(NodeId node) => Value(FileSystem.GetAttributes(Request, node, null));

    internal Errno Unlink(string name, NodeId? parent = null) => Done(FileSystem.Unlink(Request, parent ?? NodeId.Root, Bytes(name)));

    internal Errno Rename(string from, string to, uint flags = 0, NodeId? parent = null, NodeId? newParent = null) =>
        Done(FileSystem.Rename(Request, parent ?? NodeId.Root, Bytes(from), newParent ?? NodeId.Root, Bytes(to), flags));

    internal void Release(NodeId node, int flags) => Assert.Equal(Errno.OK, Done(FileSystem.Release(Request, node, default, flags)));

    internal IReadOnlySet<string> Noted() => Host.Journal.Read(out _).Keys.Select(path => path.ToString()).ToHashSet();

    internal static byte[] Bytes(string name) => Encoding.UTF8.GetBytes(name);

    internal static T Value<T>(ValueTask<FuseResult<T>> answer)
    {
        FuseResult<T> result = answer.AsTask().GetAwaiter().GetResult();
        Assert.Equal(Errno.OK, result.Error);
        return result.Value;
    }

    internal static Errno Error<T>(ValueTask<FuseResult<T>> answer) => answer.AsTask().GetAwaiter().GetResult().Error;

    internal static Errno Done(ValueTask<Errno> answer) => answer.AsTask().GetAwaiter().GetResult();

    public void Dispose()
    {
        FileSystem.Dispose();
        Host.Dispose();
        Files.Dispose();
        folder.Dispose();
    }
}
