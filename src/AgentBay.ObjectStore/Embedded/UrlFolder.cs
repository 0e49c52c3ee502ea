using System.Security.Cryptography;
using System.Text;
using AgentBay.ObjectStore.Urls;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>
/// What the processes that sign and serve a directory's URLs share, in <c>.agentbay-store/urls</c>: the secret (0600), and for each endpoint a
/// file with its address, which it holds by a flock as long as it lives.
/// </summary>
internal sealed class UrlFolder(SafeFileHandle folder, KeyLocks locks, EmbeddedErrors errors)
{
    private const uint PrivateFile = 0x180;   // 0600
    private const string LockName = "\0urls";   // No key begins so but by intent, and then they only wait for each other.

    private static ReadOnlySpan<byte> SecretName => "secret"u8;

    /// <summary>The directory's signer; the first one that asks makes the secret.</summary>
    internal UrlSigner Signer()
    {
        using var held = locks.Acquire(LockName);
        byte[]? secret = Read(SecretName);
        if (secret?.Length != UrlSigner.SecretSize)
        {
            secret = RandomNumberGenerator.GetBytes(UrlSigner.SecretSize);
            byte[] name = TemporaryName();
            using var file = Create(name, secret);
            errors.Check("keep the secret of URLs", Syscall.Sync(file));
            errors.Check("keep the secret of URLs", Syscall.Rename(folder, name, folder, SecretName));
        }

        return new UrlSigner(secret);
    }

    /// <returns>Holds the address; disposing takes it back.</returns>
    internal IDisposable Publish(Uri server)
    {
        using var held = locks.Acquire(LockName);
        byte[] name = Encoding.ASCII.GetBytes($"endpoint-{Guid.NewGuid():N}");
        var file = Create(name, Encoding.ASCII.GetBytes(server.AbsoluteUri));
        try
        {
            errors.Check("lock an endpoint's file", Syscall.Lock(file, wait: false));
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new Published(folder, file, name);
    }

    /// <summary>The address of an endpoint that lives; what dead ones left is removed.</summary>
    internal Uri? FindServer()
    {
        using var held = locks.Acquire(LockName);
        var names = new List<DirectoryName>();
        errors.Check("read the endpoints", Syscall.ReadDirectory(folder, names));
        foreach (byte[] name in names.Select(static n => n.Name).Where(static n => n.AsSpan().StartsWith("endpoint-"u8)))
        {
            if (Syscall.Open(folder, name, OpenFlags.ReadOnly, 0, out var file) != Errno.OK)
            {
                continue;   // Its endpoint ended just now.
            }

            using (file)
            {
                if (Syscall.Lock(file, wait: false) == Errno.OK)
                {
                    _ = Syscall.Unlink(folder, name);
                }
                else if (Uri.TryCreate(Encoding.ASCII.GetString(ReadAll(file)), UriKind.Absolute, out var server))
                {
                    return server;
                }
            }
        }

        return null;
    }

    private SafeFileHandle Create(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        errors.Check("make a file", Syscall.Open(folder, name, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive, PrivateFile, out var file));
        Errno written = Syscall.Write(file, text, 0, out _);
        if (written != Errno.OK)
        {
            file.Dispose();
            throw errors.Create("write a file", written);
        }

        return file;
    }

    private byte[]? Read(ReadOnlySpan<byte> name)
    {
        Errno result = Syscall.Open(folder, name, OpenFlags.ReadOnly, 0, out var file);
        using (file)
        {
            return result == Errno.ENOENT ? null : result == Errno.OK ? ReadAll(file) : throw errors.Create("read the secret of URLs", result);
        }
    }

    private byte[] ReadAll(SafeFileHandle file)
    {
        var buffer = new byte[1024];
        errors.Check("read a file", Syscall.Read(file, buffer, 0, out int count));
        return buffer[..count];
    }

    private static byte[] TemporaryName() => Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"));

    private sealed class Published(SafeFileHandle folder, SafeFileHandle file, byte[] name) : IDisposable
    {
        public void Dispose()
        {
            _ = Syscall.Unlink(folder, name);
            file.Dispose();
        }
    }
}
