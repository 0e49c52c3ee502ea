using System.Diagnostics.CodeAnalysis;

namespace AgentBay.Fs.Linux;

/// <summary>A descriptor that stays open until this is disposed, whoever closes it meanwhile.</summary>
internal readonly ref struct Borrowed
{
    private readonly bool counted;

    private Borrowed(SafeFileHandle handle, bool counted)
    {
        Handle = handle;
        this.counted = counted;
    }

    internal SafeFileHandle Handle { get; }

    /// <summary>One that nobody closes.</summary>
    internal static Borrowed Forever(SafeFileHandle handle) => new(handle, counted: false);

    /// <returns>False when it is closed already.</returns>
    internal static bool TryTake([NotNullWhen(true)] SafeFileHandle? handle, out Borrowed borrowed)
    {
        borrowed = default;
        if (handle is null || handle.IsClosed)
        {
            return false;
        }

        var counted = false;
        try
        {
            handle.DangerousAddRef(ref counted);
        }
        catch (ObjectDisposedException)
        {
            return false; // Closed between the two.
        }

        borrowed = new Borrowed(handle, counted: true);
        return true;
    }

    public void Dispose()
    {
        if (counted)
        {
            Handle.DangerousRelease();
        }
    }
}
