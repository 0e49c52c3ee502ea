namespace AgentBay.Fs.Linux;

/// <summary>An open folder of the mirror's tree: the tree's own descriptor, or one that ends with this.</summary>
internal readonly ref struct TreeFolder(SafeFileHandle handle, bool owned)
{
    /// <summary>PATH_MAX, with the NUL.</summary>
    private const int PathMax = 4096;

    internal SafeFileHandle Handle { get; } = handle;

    /// <summary>Opens a folder below <paramref name="tree"/>, never through a symlink or another filesystem. Paths longer than PATH_MAX are walked in parts.</summary>
    internal static Errno Open(SafeFileHandle tree, TreePath path, int flags, out TreeFolder folder)
    {
        if (path.IsRoot && (flags & OpenFlags.Path) != 0)
        {
            folder = new TreeFolder(tree, owned: false);
            return Errno.OK;
        }

        Errno error = OpenHandle(tree, path.Bytes, flags, out SafeFileHandle handle);
        folder = new TreeFolder(handle, owned: true);
        return error;
    }

    internal static Errno OpenHandle(SafeFileHandle tree, ReadOnlySpan<byte> path, int flags, out SafeFileHandle handle)
    {
        SafeFileHandle? part = null;
        while (path.Length >= PathMax)
        {
            int slash = path[..PathMax].LastIndexOf((byte)'/');
            Errno error = Syscall.OpenBeneath(part ?? tree, path[..slash], OpenFlags.Path | OpenFlags.Directory, 0, out SafeFileHandle next);
            part?.Dispose();
            part = next;
            if (error != Errno.OK)
            {
                handle = next;
                return error;
            }

            path = path[(slash + 1)..];
        }

        Errno result = Syscall.OpenBeneath(part ?? tree, path, flags | OpenFlags.Directory, 0, out handle);
        part?.Dispose();
        return result;
    }

    public void Dispose()
    {
        if (owned)
        {
            Handle.Dispose();
        }
    }
}
