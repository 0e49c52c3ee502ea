using System.Security.Cryptography;
using System.Text;
using AgentBay.ObjectStore.Urls;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>
/// What the processes that sign and serve a directory's URLs share, in <c>.agentbay-store/urls</c>: the secret (0600), and for each endpoint
/// for which others sign a file with its address, which it holds by a flock as long as it lives.
/// </summary>
internal sealed class UrlFolder(HiddenFolder folder, KeyLocks locks, EmbeddedErrors errors)
{
    private const string LockName = "\0urls";   // No key begins so but by intent, and then they only wait for each other.

    private static ReadOnlySpan<byte> SecretName => "secret"u8;

    /// <summary>The directory's signer; the first one that asks makes the secret.</summary>
    internal UrlSigner Signer()
    {
        using var held = locks.Acquire(LockName);
        byte[]? secret = folder.Read(SecretName, "read the secret of URLs");
        if (secret?.Length != UrlSigner.SecretSize)
        {
            secret = RandomNumberGenerator.GetBytes(UrlSigner.SecretSize);
            folder.Replace(SecretName, secret, "keep the secret of URLs");
        }

        return new UrlSigner(secret);
    }

    /// <returns>Holds the address; disposing takes it back.</returns>
    internal IDisposable Publish(Uri server)
    {
        using var held = locks.Acquire(LockName);
        byte[] name = Encoding.ASCII.GetBytes($"endpoint-{Guid.NewGuid():N}");
        var file = folder.Create(name);
        try
        {
            errors.Check("write an endpoint's file", Syscall.Write(file, Encoding.ASCII.GetBytes(server.AbsoluteUri), 0, out _));
            errors.Check("lock an endpoint's file", Syscall.Lock(file, wait: false));
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new Published(folder.Handle, file, name);
    }

    /// <summary>The address of an endpoint that lives and answers what others signed; what dead ones left is removed.</summary>
    internal Uri? FindServer()
    {
        using var held = locks.Acquire(LockName);
        foreach (byte[] name in folder.Names().Where(static n => n.AsSpan().StartsWith("endpoint-"u8)))
        {
            if (Syscall.Open(folder.Handle, name, OpenFlags.ReadOnly, 0, out var file) != Errno.OK)
            {
                continue;   // Its endpoint ended just now.
            }

            using (file)
            {
                if (Syscall.Lock(file, wait: false) == Errno.OK)
                {
                    _ = Syscall.Unlink(folder.Handle, name);
                }
                else if (Uri.TryCreate(Encoding.ASCII.GetString(folder.Read(file, "read an endpoint's file")), UriKind.Absolute, out var server))
                {
                    return server;
                }
            }
        }

        return null;
    }

    private sealed class Published(SafeFileHandle folder, SafeFileHandle file, byte[] name) : IDisposable
    {
        public void Dispose()
        {
            _ = Syscall.Unlink(folder, name);
            file.Dispose();
        }
    }
}
