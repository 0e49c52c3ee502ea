using System.Globalization;
using System.Text;

namespace AgentBay.Fs.Linux;

/// <summary>
/// A mirror on a Linux disk. Parents are resolved with openat2 beneath the tree and without symlinks; the last name is reached
/// with *at calls that do not follow it. Everything placed is made complete in staging and renamed into the tree.
/// </summary>
public sealed partial class LinuxMirrorFiles : IMirrorFiles
{
    private const int FolderOnly = 0x200000; // O_PATH; O_DIRECTORY is added where a folder is opened

    private readonly string treeDirectory;
    private readonly SafeFileHandle tree;
    private readonly SafeFileHandle staging;
    private readonly ModeKeeper modes;
    private long stagingCounter;

    private LinuxMirrorFiles(string treeDirectory, SafeFileHandle tree, SafeFileHandle staging, ModeKeeper modes)
    {
        this.treeDirectory = treeDirectory;
        this.tree = tree;
        this.staging = staging;
        this.modes = modes;
    }

    public bool CanSetOwner => modes.OwnModes;

    /// <summary>The mirror lies on overlayfs: FUSE passthrough onto it needs a stack depth of 2.</summary>
    public bool IsStacked => FileSystem.Type == FileSystemStatus.Overlay;

    public bool IsAttached => IsLinked(tree) && IsLinked(staging);

    public long FreeSpace
    {
        get
        {
            FileSystemStatus disk = FileSystem;
            return (long)Math.Min(long.MaxValue, (ulong)disk.BlockSize * disk.BlocksAvailable);
        }
    }

    internal ModeKeeper Modes => modes;

    internal SafeFileHandle Tree => tree;

    private FileSystemStatus FileSystem
    {
        get
        {
            Check(Syscall.StatFileSystem(tree, out FileSystemStatus status), "statfs", TreePath.Root);
            return status;
        }
    }

    /// <summary>Opens a mirror, checks that its disk can hold one, and clears what a crash left in staging. The caller holds the mirror's lock.</summary>
    /// <exception cref="IOException">The disk lacks something; the message says what, and what to do.</exception>
    public static LinuxMirrorFiles Open(string treeDirectory, string stagingDirectory) =>
        Open(treeDirectory, stagingDirectory, new ModeKeeper(ownModes: Syscall.EffectiveUid == 0));

    /// <param name="allowMemory">For tests: a disk in memory (tmpfs) will do.</param>
    internal static LinuxMirrorFiles Open(string treeDirectory, string stagingDirectory, ModeKeeper modes, bool allowMemory = false)
    {
        SafeFileHandle? tree = null, staging = null;
        try
        {
            tree = OpenRoot(treeDirectory, OpenFlags.Path);
            staging = OpenRoot(stagingDirectory, OpenFlags.ReadOnly);
            ClearStaging(staging);
            MirrorCheck.Run(treeDirectory, tree, staging, allowMemory);
            var files = new LinuxMirrorFiles(treeDirectory, tree, staging, modes);
            tree = staging = null;
            return files;
        }
        finally
        {
            tree?.Dispose();
            staging?.Dispose();
        }
    }

    // By staging's descriptor: the tree's is O_PATH.
    public void SyncAll() => Check(Syscall.SyncFileSystem(staging), "syncfs", TreePath.Root);

    public void Dispose()
    {
        tree.Dispose();
        staging.Dispose();
    }

    private static bool IsLinked(SafeFileHandle folder) => Syscall.Stat(folder, out FileStatus status) == Errno.OK && status.Links > 0;

    private static SafeFileHandle OpenRoot(string directory, int flags)
    {
        Syscall.Open(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(directory), flags | OpenFlags.Directory | OpenFlags.NoFollow, 0, out SafeFileHandle handle)
            .ThrowIfError($"open {directory}");
        return handle;
    }

    /// <summary>What was being made when the daemon was killed was never part of the tree.</summary>
    private static void ClearStaging(SafeFileHandle staging)
    {
        var leftovers = new List<DirectoryName>();
        Syscall.ReadDirectory(staging, leftovers).ThrowIfError("read staging");
        foreach (DirectoryName leftover in leftovers)
        {
            if (Syscall.Unlink(staging, leftover.Name) == Errno.EISDIR)
            {
                _ = Syscall.RemoveDirectory(staging, leftover.Name);
            }
        }
    }

    private byte[] NewStagingName() => Encoding.ASCII.GetBytes(Interlocked.Increment(ref stagingCounter).ToString(CultureInfo.InvariantCulture));

    /// <summary>Opens the folder that holds a name.</summary>
    /// <returns>False when it is missing or is no folder.</returns>
    private bool TryOpenParent(TreePath path, out TreeFolder folder) => TryOpenFolder(path.Parent, FolderOnly, out folder);

    private bool TryOpenFolder(TreePath path, int flags, out TreeFolder folder)
    {
        Errno error = TreeFolder.Open(tree, path, flags, out folder);
        return !IsAbsent(error) && Check(error, "open", path);
    }

    /// <summary>ELOOP: a symlink is in the way. Not EXDEV: something mounted over a part of the mirror must not look like a deletion.</summary>
    private static bool IsAbsent(Errno error) => error is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP;

    /// <returns>Always true.</returns>
    private bool Check(Errno error, string call, TreePath path) => error switch
    {
        Errno.OK => true,
        Errno.ENOSPC or Errno.EDQUOT => throw new FsException(FsError.NoSpace, $"The disk of the mirror {treeDirectory} is full."),
        _ => throw new PosixException(error, $"{call} {path} in the mirror {treeDirectory}"),
    };
}
