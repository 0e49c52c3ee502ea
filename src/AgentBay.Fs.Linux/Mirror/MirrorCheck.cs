using System.Text;

namespace AgentBay.Fs.Linux;

/// <summary>What a disk must offer to hold a mirror. Each thing that is missing is one line that says what to do.</summary>
internal static class MirrorCheck
{
    private const long SparseProbeSize = 16 << 20;

    /// <exception cref="IOException">Something is missing.</exception>
    internal static void Run(string treeDirectory, SafeFileHandle tree, SafeFileHandle staging, bool allowMemory)
    {
        Syscall.StatFileSystem(tree, out FileSystemStatus disk).ThrowIfError($"statfs {treeDirectory}");
        Syscall.Stat(tree, out FileStatus treeStatus).ThrowIfError($"stat {treeDirectory}");
        Syscall.Stat(staging, out FileStatus stagingStatus).ThrowIfError("stat staging");
        var missing = new List<string>();
        if (disk.Type is (FileSystemStatus.Tmpfs or FileSystemStatus.Ramfs) && !allowMemory)
        {
            missing.Add("it is in memory (tmpfs) and would not survive a restart");
        }

        if (disk.Type == FileSystemStatus.Fuse)
        {
            missing.Add("it is itself a FUSE mount");
        }

        if (treeStatus.Device != stagingStatus.Device)
        {
            missing.Add("tree and staging are not on one filesystem");
        }

        Probe(staging, missing);
        if (missing.Count > 0)
        {
            throw new IOException($"The mirror cannot be kept in {treeDirectory}: {string.Join("; ", missing)}. Choose a folder on a local disk (ext4, xfs, btrfs) with --cache-dir.");
        }
    }

    private static void Probe(SafeFileHandle staging, List<string> missing)
    {
        byte[] name = Encoding.ASCII.GetBytes("probe");
        Syscall.Open(staging, name, OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.ReadWrite | OpenFlags.NoFollow, 0x180, out SafeFileHandle probe).ThrowIfError("create in staging");
        using (probe)
        {
            _ = Syscall.Unlink(staging, name);
            if (Syscall.SetXattr(probe, "user.agentbay.probe"u8, "1"u8) != Errno.OK)
            {
                missing.Add("its filesystem keeps no user xattrs");
            }

            Errno sized = Syscall.Truncate(probe, SparseProbeSize);
            Syscall.Stat(probe, out FileStatus status).ThrowIfError("stat in staging");
            if (sized != Errno.OK || status.Blocks * 512 >= SparseProbeSize)
            {
                missing.Add("its filesystem has no sparse files");
            }

            if (status.BirthTimeNs == 0)
            {
                missing.Add("its filesystem keeps no birth times");
            }
        }
    }
}
