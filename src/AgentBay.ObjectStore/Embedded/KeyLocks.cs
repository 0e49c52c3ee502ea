using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>
/// Excludes writers of one key, in this process (a monitor) and in others (flock of a file that lives for ever).
/// Keys share 256 stripes, so a thread holds at most one at a time; a killed process's locks go with it.
/// </summary>
internal sealed class KeyLocks(SafeFileHandle folder, EmbeddedErrors errors) : IDisposable
{
    private const int Stripes = 256;

    private readonly Lock[] monitors = [.. Enumerable.Range(0, Stripes).Select(_ => new Lock())];
    private readonly SafeFileHandle?[] files = new SafeFileHandle?[Stripes];

    internal Held Acquire(string key)
    {
        int stripe = Stripe(key);
        monitors[stripe].Enter();
        try
        {
            SafeFileHandle file = files[stripe] ??= OpenFile(stripe);
            errors.Check("lock", Syscall.Lock(file, wait: true));
            return new Held(monitors[stripe], file);
        }
        catch
        {
            monitors[stripe].Exit();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var file in files)
        {
            file?.Dispose();
        }

        folder.Dispose();
    }

    // FNV-1a: every process must find the same stripe, so not string.GetHashCode.
    private static int Stripe(string key)
    {
        uint hash = 2166136261;
        foreach (char c in key)
        {
            hash = (hash ^ c) * 16777619;
        }

        return (int)((hash ^ (hash >> 16)) % Stripes);
    }

    private SafeFileHandle OpenFile(int stripe)
    {
        errors.Check("lock", Syscall.Open(folder, System.Text.Encoding.ASCII.GetBytes($"{stripe:x2}"), OpenFlags.ReadWrite | OpenFlags.Create, HiddenFolder.PrivateFile, out var file));
        return file;
    }

    internal readonly struct Held(Lock monitor, SafeFileHandle file) : IDisposable
    {
        public void Dispose()
        {
            _ = Syscall.Unlock(file);
            monitor.Exit();
        }
    }
}
