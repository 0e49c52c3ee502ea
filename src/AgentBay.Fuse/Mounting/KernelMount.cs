using System.Text;
using AgentBay.Fuse.Transport;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fuse.Mounting;

/// <summary>mount(2) and umount2(2).</summary>
internal static class KernelMount
{
    internal static SafeFileHandle Mount(string target, FuseMountOptions options)
    {
        Errno error = Syscall.Open(Syscall.CurrentDirectory, DeviceTransport.Path, OpenFlags.ReadWrite, 0, out var device);
        if (error != Errno.OK)
        {
            device.Dispose();
            throw DeviceRefused(error);
        }

        error = Syscall.Mount(
            Encoding.UTF8.GetBytes(options.Source),
            Encoding.UTF8.GetBytes(target),
            Encoding.UTF8.GetBytes("fuse." + options.Subtype),
            Flags(options),
            Encoding.UTF8.GetBytes(Data(options, Syscall.Number(device))));
        if (error == Errno.OK)
        {
            return device;
        }

        device.Dispose();
        throw error switch
        {
            Errno.EPERM or Errno.EACCES => new FuseMountException(FuseMountError.NotPermitted, $"{target}: the kernel refused the mount. In a container give CAP_SYS_ADMIN and /dev/fuse ('--cap-add SYS_ADMIN --device /dev/fuse'), and check its seccomp and AppArmor profiles."),
            Errno.ENODEV => new FuseMountException(FuseMountError.FuseMissing, "The kernel knows no FUSE. Load it: 'modprobe fuse'."),
            Errno.EBUSY => new FuseMountException(FuseMountError.Busy, $"{target}: the kernel says busy; choose another mount point."),
            _ => new FuseMountException(FuseMountError.Other, $"{target}: mount failed ({error})."),
        };
    }

    internal static void Unmount(string target, bool lazy)
    {
        Errno error = Syscall.Unmount(Encoding.UTF8.GetBytes(target), UnmountFlags.NoFollow | (lazy ? UnmountFlags.Detach : UnmountFlags.None));
        FuseMountException? refusal = error switch
        {
            Errno.OK => null,
            Errno.EBUSY => new(FuseMountError.Busy, $"{target}: in use. 'fuser -vm {target}' names the processes; end them and try again, or detach it with lazy."),
            Errno.EINVAL => new(FuseMountError.NotMounted, $"{target}: nothing is mounted here."),
            Errno.ENOENT => new(FuseMountError.PathMissing, $"{target}: no such folder."),
            Errno.EPERM => new(FuseMountError.NotPermitted, $"{target}: unmounting needs CAP_SYS_ADMIN."),
            _ => new(FuseMountError.Other, $"{target}: unmount failed ({error})."),
        };
        if (refusal is not null)
        {
            throw refusal;
        }
    }

    internal static FuseMountException DeviceRefused(Errno error) => error is Errno.EACCES or Errno.EPERM
        ? new FuseMountException(FuseMountError.NotPermitted, "/dev/fuse can't be opened. In a container pass it in ('--device /dev/fuse'); on a host 'chmod 666 /dev/fuse' as root.")
        : new FuseMountException(FuseMountError.FuseMissing, $"/dev/fuse is not there ({error}). Load it with 'modprobe fuse', or in a container pass it in ('--device /dev/fuse').");

    /// <summary>The mount's owner is its first user; source and type travel as arguments of their own, so no value needs an escape.</summary>
    internal static string Data(FuseMountOptions options, int device)
    {
        const string directory = "40000";   // S_IFDIR, octal
        var data = new StringBuilder($"fd={device},rootmode={directory},user_id={Syscall.EffectiveUid},group_id={Syscall.EffectiveGid}");
        if (options.DefaultPermissions)
        {
            data.Append(",default_permissions");
        }

        if (options.AllowOther)
        {
            data.Append(",allow_other");
        }

        if (options.MaxRead is { } maxRead)
        {
            data.Append($",max_read={maxRead}");
        }

        return data.ToString();
    }

    private static MountFlags Flags(FuseMountOptions options) =>
        (options.ReadOnly ? MountFlags.ReadOnly : 0)
        | (options.NoSuid ? MountFlags.NoSuid : 0)
        | (options.NoDev ? MountFlags.NoDev : 0)
        | (options.NoExec ? MountFlags.NoExec : 0)
        | (options.NoAtime ? MountFlags.NoAtime : 0);
}
