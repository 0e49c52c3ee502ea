using AgentBay.Fuse.Wire;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fuse.Transport;

/// <summary><c>/dev/fuse</c>: a message a read(2), a message a write(2).</summary>
internal sealed class DeviceTransport(SafeFileHandle device, bool ownsDevice) : IFuseTransport
{
    internal static ReadOnlySpan<byte> Path => "/dev/fuse"u8;

    // _IOR(229, 0, uint32_t), _IOW(229, 1, struct fuse_backing_map), _IOW(229, 2, uint32_t)
    internal const uint IocClone = 0x8004E500, IocBackingOpen = 0x4010E501, IocBackingClose = 0x4004E502;

    private ThreadWakeup? receiver;

    public Errno Receive(Span<byte> buffer, out int length)
    {
        if (receiver is null)
        {
            Volatile.Write(ref receiver, ThreadWakeup.ForCurrentThread());
        }

        return Syscall.ReadOnce(device, buffer, out length);
    }

    public Errno Send(ReadOnlySpan<byte> message) => Syscall.WriteOnce(device, message, out _);

    public void Interrupt() => Volatile.Read(ref receiver)?.Send();

    /// <summary>A descriptor with a queue of its own; where that can't be had, the same descriptor once more.</summary>
    public IFuseTransport Clone()
    {
        uint source = (uint)Syscall.Number(device);
        if (Syscall.Open(Syscall.CurrentDirectory, Path, OpenFlags.ReadWrite, 0, out var descriptor) == Errno.OK
            && Syscall.Ioctl(descriptor, IocClone, ref source, out _) == Errno.OK)
        {
            return new DeviceTransport(descriptor, ownsDevice: true);
        }

        descriptor.Dispose();
        return new DeviceTransport(device, ownsDevice: false);
    }

    public Errno OpenBacking(SafeFileHandle file, out int id)
    {
        var map = new BackingMap { Descriptor = Syscall.Number(file) };
        return Syscall.Ioctl(device, IocBackingOpen, ref map, out id);
    }

    public Errno CloseBacking(int id)
    {
        uint argument = (uint)id;
        return Syscall.Ioctl(device, IocBackingClose, ref argument, out _);
    }

    public void Dispose()
    {
        if (ownsDevice)
        {
            device.Dispose();
        }
    }
}
