namespace AgentBay.Mount.Tests;

/// <summary>Where /dev/fuse is root's alone (udev makes it 0666), it is opened to all for the length of the tests.</summary>
public sealed class FuseDeviceForAll : IDisposable
{
    private const string Device = "/dev/fuse";
    private const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly UnixFileMode? before;

    public FuseDeviceForAll()
    {
        if (Environment.IsPrivilegedProcess && File.Exists(Device) && File.GetUnixFileMode(Device) != All)
        {
            before = File.GetUnixFileMode(Device);
            File.SetUnixFileMode(Device, All);
        }
    }

    public void Dispose()
    {
        if (before is { } mode)
        {
            File.SetUnixFileMode(Device, mode);
        }
    }
}
