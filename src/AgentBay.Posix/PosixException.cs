using System.Runtime.InteropServices;

namespace AgentBay.Posix;

/// <summary>A system call that failed where the caller cannot go on.</summary>
public sealed class PosixException(Errno error, string what)
    : IOException($"{what}: {Marshal.GetPInvokeErrorMessage((int)error)} ({error})")
{
    public Errno Error { get; } = error;
}

public static class ErrnoExtensions
{
    /// <param name="what">The call and its subject, for the message: <c>open /a/b</c>.</param>
    public static void ThrowIfError(this Errno error, string what)
    {
        if (error != Errno.OK)
        {
            throw new PosixException(error, what);
        }
    }
}
