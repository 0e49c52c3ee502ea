using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fuse.Transport;

/// <summary>
/// One channel of messages with the kernel. The answer to a request goes back through the channel that brought it.
/// One thread receives; any thread sends.
/// </summary>
internal interface IFuseTransport : IDisposable
{
    /// <summary>Waits for one whole message.</summary>
    /// <returns>ENODEV or ECONNABORTED when the mount has ended; EINTR after <see cref="Interrupt"/>; ENOENT and EAGAIN mean "try again".</returns>
    Errno Receive(Span<byte> buffer, out int length);

    /// <summary>Sends one whole message.</summary>
    /// <returns>ENOENT when nobody waits for this answer any more; ENODEV when the mount has ended.</returns>
    Errno Send(ReadOnlySpan<byte> message);

    /// <summary>Makes the <see cref="Receive"/> that waits, if one does, return EINTR.</summary>
    void Interrupt();

    /// <summary>A further channel of the same mount, for a further reading thread.</summary>
    IFuseTransport Clone();

    Errno OpenBacking(SafeFileHandle file, out int id);

    Errno CloseBacking(int id);
}
