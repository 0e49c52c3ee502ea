using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fuse.Tests;

public sealed class PassthroughTests
{
    [Fact]
    public async Task With_passthrough_data_moves_between_programs_and_the_backing_file_alone()
    {
        Assert.SkipUnless(Native.Privilege.MayRegisterBackingFiles, "passthrough needs CAP_SYS_ADMIN in the initial user namespace");
        Assert.SkipUnless(Environment.OSVersion.Version >= new Version(6, 9), "passthrough needs Linux 6.9");
        using var folder = new TemporaryFolder();
        string backing = Path.Combine(folder.Path, "backing");
        File.WriteAllText(backing, "from the backing file");
        var fileSystem = new OneFile(backing);
        await using (var mount = await MountedFileSystem.Start(fileSystem, FuseDataPath.Passthrough))
        {
            Assert.Equal(FuseDataPath.Passthrough, mount.Session.DataPath);
            Assert.Contains("passthrough", mount.Session.Features);
            Assert.Equal("from the backing file", await mount.Shell("cat f"));
            await mount.Shell("printf FROM | dd of=f conv=notrunc,fsync status=none");
            Assert.Equal("FROM the backing file", File.ReadAllText(backing));
            if (CProgram.Execute("sh", "-c", "command -v gcc").ExitCode == 0)
            {
                await mount.Shell($"{CProgram.Compile("mmap_shared.c", mount.Scratch)} f MAPS");
                Assert.Equal("MAPS the backing file", File.ReadAllText(backing));
            }

            await mount.Unmount();
        }

        Assert.Equal(0, fileSystem.DataRequests);
        Assert.Equal(Errno.OK, fileSystem.CloseResult);
    }

    [Fact]
    public async Task Without_passthrough_a_backing_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        string backing = Path.Combine(folder.Path, "backing");
        File.WriteAllText(backing, "");
        var fileSystem = new OneFile(backing);
        await using var mount = await MountedFileSystem.Start(fileSystem, FuseDataPath.WritebackCache);
        using var file = File.OpenHandle(backing);
        Assert.Equal(Errno.EPERM, mount.Session.OpenBacking(file, out var id));
        Assert.Equal(BackingId.None, id);
    }

    /// <summary>A folder with one file "f", whose data lie in a backing file.</summary>
    private sealed class OneFile(string backing) : FuseFileSystem
    {
        private FuseSession session = null!;
        private BackingId id;

        internal int DataRequests { get; private set; }

        internal Errno CloseResult { get; private set; } = Errno.ENOENT;

        public override void Started(FuseSession session) => this.session = session;

        public override ValueTask<FuseResult<FuseEntry>> Lookup(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name) =>
            name.SequenceEqual("f"u8)
                ? (FuseResult<FuseEntry>)new FuseEntry { Node = new NodeId(2), Attributes = Attributes(2) }
                : (FuseResult<FuseEntry>)Errno.ENOENT;

        public override ValueTask<FuseResult<FuseAttributesReply>> GetAttributes(FuseRequest request, NodeId node, HandleId? handle) =>
            (FuseResult<FuseAttributesReply>)new FuseAttributesReply(Attributes(node.Value), TimeSpan.Zero);

        public override ValueTask<FuseResult<FuseOpen>> Open(FuseRequest request, NodeId node, int flags)
        {
            if (id == BackingId.None)
            {
                // O_PATH is enough, and the registration outlives it.
                Syscall.Open(Syscall.CurrentDirectory, System.Text.Encoding.UTF8.GetBytes(backing), OpenFlags.Path, 0, out SafeFileHandle file).ThrowIfError("open");
                using (file)
                {
                    session.OpenBacking(file, out id).ThrowIfError("backing open");
                }
            }

            return (FuseResult<FuseOpen>)new FuseOpen(default, FuseOpenFlags.Passthrough | FuseOpenFlags.NoFlush, id);
        }

        public override ValueTask<FuseResult<int>> Read(FuseRequest request, NodeId node, HandleId handle, long offset, Memory<byte> buffer)
        {
            DataRequests++;
            return (FuseResult<int>)Errno.EIO;
        }

        public override ValueTask<FuseResult<int>> Write(FuseRequest request, NodeId node, HandleId handle, long offset, ReadOnlyMemory<byte> data, bool fromCache, bool killSuidGid)
        {
            DataRequests++;
            return (FuseResult<int>)Errno.EIO;
        }

        public override ValueTask<Errno> Fsync(FuseRequest request, NodeId node, HandleId handle, bool dataOnly) => new(Errno.OK);

        public override void Destroyed() => CloseResult = id == BackingId.None ? Errno.ENOENT : session.CloseBacking(id);

        private FuseAttributes Attributes(ulong node) => new()
        {
            Inode = node,
            Mode = node == 1 ? StatMode.Directory | 0x1ED : StatMode.Regular | 0x1B6,
            Links = 1,
            Size = node == 1 ? 0 : new FileInfo(backing).Length,
        };
    }
}
