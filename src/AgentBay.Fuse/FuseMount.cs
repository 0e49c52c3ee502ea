using System.Text;
using AgentBay.Fuse.Mounting;
using AgentBay.Fuse.Native;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fuse;

/// <summary>
/// A mount and the device that its session talks through. With CAP_SYS_ADMIN it is made by mount(2), else by fusermount3.
/// Programs that enter before a <see cref="FuseSession"/> runs wait for it.
/// </summary>
public sealed class FuseMount : IDisposable
{
    private readonly long id;
    private readonly bool inUserTable;
    private int disposed;

    private FuseMount(string path, SafeFileHandle device, long id, bool inUserTable)
    {
        this.inUserTable = inUserTable;
        Path = path;
        Device = device;
        this.id = id;
    }

    /// <summary>The mount point, absolute.</summary>
    public string Path { get; }

    internal SafeFileHandle Device { get; }

    /// <param name="path">An existing folder.</param>
    /// <exception cref="FuseMountException">With the kind of the failure.</exception>
    public static FuseMount Mount(string path, FuseMountOptions options)
    {
        CheckOptions(options);
        string target = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        CheckNotMounted(target);   // First: to open a mount whose daemon hangs would hang.
        target = Resolve(target);
        CheckNotMounted(target);
        bool kernel = Privilege.MayMount;
        var device = kernel ? KernelMount.Mount(target, options) : FuserMount.Mount(target, options);
        bool entered = kernel && options.UnmountHelper is { } helper && UserMountTable.Add(options.Source, target, "fuse." + options.Subtype, helper);
        return new FuseMount(target, device, MountTable.Find(target)?.Id ?? -1, entered);
    }

    /// <summary>Ends a mount. The session that serves it then ends by itself.</summary>
    /// <param name="lazy">Detach now, and end when the last program has left; else <see cref="FuseMountError.Busy"/> while one is inside.</param>
    /// <exception cref="FuseMountException">With the kind of the failure.</exception>
    public static void Unmount(string path, bool lazy = false)
    {
        string target = System.IO.Path.GetFullPath(path);
        if (Privilege.MayMount)
        {
            KernelMount.Unmount(target, lazy);
            ForgetEntry(target);
        }
        else
        {
            FuserMount.Unmount(target, lazy);
        }
    }

    /// <summary>Closes the device and, where the mount is still there (its session was stopped, or failed), detaches it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        Device.Dispose();
        DetachIfThere();
        if (inUserTable)
        {
            ForgetEntry(Path);
        }
    }

    private static void ForgetEntry(string target)
    {
        if (MountTable.Find(target) is null)
        {
            UserMountTable.Remove(target);
        }
    }

    private void DetachIfThere()
    {
        if (id >= 0 && MountTable.Find(Path)?.Id == id)
        {
            try
            {
                Unmount(Path, lazy: true);
            }
            catch (FuseMountException)
            {
                // Somebody else has just unmounted it, or may and we may not: nothing is left to do here.
            }
        }
    }

    private static void CheckOptions(FuseMountOptions options)
    {
        foreach (var (name, value) in new[] { (nameof(options.Source), options.Source), (nameof(options.Subtype), options.Subtype) })
        {
            if (value.Length == 0 || value.AsSpan().IndexOfAny('\0', '\n') >= 0)
            {
                throw new ArgumentException($"{name} must not be empty nor hold a NUL or a line break.", nameof(options));
            }
        }

        if (options.MaxRead is < 4096)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxRead, "MaxRead must be at least 4096.");
        }
    }

    private static void CheckNotMounted(string target)
    {
        if (MountTable.Find(target) is { IsFuse: true } existing)
        {
            throw new FuseMountException(
                FuseMountError.AlreadyMounted,
                $"{target}: {existing.Type} ({existing.Source}) is mounted here already. Unmount it first: 'umount {target}', or 'fusermount3 -u {target}' as a user.");
        }
    }

    /// <summary>The folder's path without symlinks, as mountinfo will tell it.</summary>
    private static string Resolve(string target)
    {
        Errno error = Syscall.Open(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(target), OpenFlags.ReadOnly | OpenFlags.Directory, 0, out var folder);
        using (folder)
        {
            if (error == Errno.OK && Syscall.ReadLink(Syscall.CurrentDirectory, Syscall.ProcSelfFd(folder), out byte[] real) == Errno.OK)
            {
                return Encoding.UTF8.GetString(real);
            }
        }

        FuseMountException? refusal = error switch
        {
            Errno.OK or Errno.EACCES or Errno.EPERM => null,   // A folder that we may not list may still be mounted on, under the name that we have.
            Errno.ENOENT => new(FuseMountError.PathMissing, $"{target}: no such folder. Make it: 'mkdir -p {target}'."),
            Errno.ENOTDIR => new(FuseMountError.NotADirectory, $"{target}: not a folder. Choose or make an empty folder to mount on."),
            Errno.ENOTCONN => new(FuseMountError.AlreadyMounted, $"{target}: a mount whose daemon has died. Unmount it first: 'umount -l {target}' or 'fusermount3 -u -z {target}'."),
            _ => new(FuseMountError.Other, $"{target}: can't be opened ({error})."),
        };
        return refusal is null ? target : throw refusal;
    }
}
