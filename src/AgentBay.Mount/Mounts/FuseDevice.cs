using System.Text;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Mount.Mounts;

/// <summary>Whether this machine lets this user mount by FUSE: asked before a context is made for it.</summary>
internal static class FuseDevice
{
    private const string Device = "/dev/fuse";

    /// <exception cref="CommandException">It does not.</exception>
    internal static void Check()
    {
        CheckDevice();
        if (Syscall.EffectiveUid != 0)
        {
            CheckHelper();
        }
    }

    private static void CheckDevice()
    {
        Errno error = Syscall.Open(Syscall.CurrentDirectory, Encoding.ASCII.GetBytes(Device), OpenFlags.ReadWrite | OpenFlags.CloseOnExec, 0, out SafeFileHandle device);
        device.Dispose();
        switch (error)
        {
            case Errno.OK:
                return;
            case Errno.ENOENT or Errno.ENODEV or Errno.ENXIO:
                throw CommandException.Failed($"FUSE is missing: there is no {Device}. Load it (sudo modprobe fuse); in a container add --device {Device} --cap-add SYS_ADMIN.");
            case Errno.EACCES or Errno.EPERM:
                throw CommandException.Failed($"No permission to open {Device}: run as root, or let users mount (sudo chmod 666 {Device}; in a container add --device {Device}).");
            default:
                throw CommandException.Failed(new PosixException(error, $"open {Device}").Message);
        }
    }

    private static void CheckHelper()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (!folders.Concat(["/bin", "/usr/bin"]).Any(folder => File.Exists(Path.Combine(folder, "fusermount3"))))
        {
            throw CommandException.Failed("FUSE is missing: fusermount3 is not installed (sudo apt install fuse3), and only root mounts without it.");
        }
    }
}
