using System.Text;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>A folder that is the store's own: its files are for its user alone, and small ones are replaced whole.</summary>
internal sealed class HiddenFolder(SafeFileHandle handle, EmbeddedErrors errors) : IDisposable
{
    internal const uint PrivateFolder = 0x1C0;   // 0700

    internal const uint PrivateFile = 0x180;   // 0600

    internal SafeFileHandle Handle => handle;

    private static ReadOnlySpan<byte> Aside => "aside-"u8;

    /// <summary>Opens it below a directory, where it is made when it is not there.</summary>
    /// <param name="names">Each in the one before.</param>
    internal static HiddenFolder Open(SafeFileHandle root, EmbeddedErrors errors, params ReadOnlySpan<string> names)
    {
        string path = "";
        foreach (string name in names)
        {
            path = path.Length == 0 ? name : $"{path}/{name}";
            Errno made = Syscall.MakeDirectory(root, Encoding.UTF8.GetBytes(path), PrivateFolder);
            errors.Check("make " + path, made == Errno.EEXIST ? Errno.OK : made);
        }

        errors.Check("open " + path, Syscall.OpenBeneath(root, Encoding.UTF8.GetBytes(path), OpenFlags.ReadOnly | OpenFlags.Directory, 0, out var folder));
        return new HiddenFolder(folder, errors);
    }

    /// <summary>A name that no file has.</summary>
    internal static byte[] NewName() => Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"));

    internal SafeFileHandle Create(ReadOnlySpan<byte> name)
    {
        errors.Check("make a file", Syscall.Open(handle, name, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive, PrivateFile, out var file));
        return file;
    }

    /// <returns>Null when there is no such file.</returns>
    internal byte[]? Read(ReadOnlySpan<byte> name, string what)
    {
        Errno result = Syscall.Open(handle, name, OpenFlags.ReadOnly, 0, out var file);
        using (file)
        {
            if (result == Errno.ENOENT)
            {
                return null;
            }

            errors.Check(what, result);
            return Read(file, what);
        }
    }

    internal byte[] Read(SafeFileHandle file, string what)
    {
        errors.Check(what, Syscall.Stat(file, out var status));
        var text = new byte[status.Size];
        errors.Check(what, Syscall.Read(file, text, 0, out int count));
        return text[..count];
    }

    /// <summary>After a crash it is the old file or the new one.</summary>
    internal void Replace(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text, string what)
    {
        byte[] aside = [.. Aside, .. NewName()];
        using var file = Create(aside);
        try
        {
            errors.Check(what, Syscall.Write(file, text, 0, out _));
            errors.Check(what, Syscall.Sync(file));
            errors.Check(what, Syscall.Rename(handle, aside, handle, name));
            errors.Check(what, Syscall.Sync(handle));
        }
        catch
        {
            _ = Syscall.Unlink(handle, aside);
            throw;
        }
    }

    internal List<byte[]> Names()
    {
        var names = new List<DirectoryName>();
        errors.Check("read a folder", Syscall.ReadDirectory(handle, names));
        return names.ConvertAll(static n => n.Name);
    }

    internal bool IsOlder(byte[] name, long thanNs) => Syscall.Stat(handle, name, out var status) == Errno.OK && status.ModifyTimeNs < thanNs;

    /// <summary>What a crash left of <see cref="Replace"/>. What is written now is younger.</summary>
    internal void RemoveAsides(long olderThanNs) => RemoveOld(olderThanNs, static name => name.AsSpan().StartsWith(Aside));

    internal void RemoveOld(long olderThanNs, Predicate<byte[]> which)
    {
        foreach (byte[] name in Names().Where(n => which(n) && IsOlder(n, olderThanNs)))
        {
            _ = Syscall.Unlink(handle, name);
        }
    }

    public void Dispose() => handle.Dispose();
}
