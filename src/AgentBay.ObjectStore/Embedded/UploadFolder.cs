using System.Text;
using System.Text.Json;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>The folder of one upload: <c>begin</c> (how it was begun), <c>parts</c> (<see cref="PartLog"/>), <c>object</c> (parts in their places), and files of other parts.</summary>
internal sealed class UploadFolder : IDisposable
{
    internal const string WholeName = "object";

    private const string What = "the folder of an upload";

    private readonly SafeFileHandle parent;
    private readonly EmbeddedErrors errors;
    private readonly List<SafeFileHandle> opened = [];
    private SafeFileHandle? beginFile;
    private PartFile? whole;
    private PartLog? log;

    private UploadFolder(SafeFileHandle parent, SafeFileHandle folder, string id, EmbeddedErrors errors)
    {
        this.parent = parent;
        this.errors = errors;
        Files = new HiddenFolder(folder, errors);
        Id = id;
    }

    internal sealed record PartFile(SafeFileHandle Handle, byte[] Name);

    internal string Id { get; }

    internal HiddenFolder Files { get; }

    internal SafeFileHandle Handle => Files.Handle;

    /// <summary>Null when a crash came before it was whole.</summary>
    internal UploadRecord? Begun { get; private set; }

    /// <summary>Only of an upload that is worked on.</summary>
    internal PartFile Whole => whole ??= Open(WholeName) ?? Create(WholeName);

    internal PartLog Log => log ??= new PartLog(Handle, errors);

    /// <summary>False when someone aborted it.</summary>
    internal bool Exists => Syscall.Stat(Handle, "begin"u8, out _) == Errno.OK;

    internal static UploadFolder Begin(SafeFileHandle uploads, UploadRecord begun, EmbeddedErrors errors)
    {
        string id = Guid.NewGuid().ToString("N");
        byte[] name = Encoding.ASCII.GetBytes(id);
        errors.Check(What, Syscall.MakeDirectory(uploads, name, HiddenFolder.PrivateFolder));
        errors.Check(What, Syscall.Open(uploads, name, OpenFlags.ReadOnly | OpenFlags.Directory, 0, out var handle));
        var folder = new UploadFolder(uploads, handle, id, errors) { Begun = begun };
        try
        {
            folder.beginFile = folder.Files.Create("begin"u8);
            folder.Lock();
            errors.Check(What, Syscall.Write(folder.beginFile, JsonSerializer.SerializeToUtf8Bytes(begun, UploadJson.Default.UploadRecord), 0, out _));
            return folder;
        }
        catch
        {
            folder.Remove();
            folder.Dispose();
            throw;
        }
    }

    /// <returns>Null when there is no such upload.</returns>
    internal static UploadFolder? Open(SafeFileHandle uploads, string id, EmbeddedErrors errors)
    {
        byte[] name = Encoding.UTF8.GetBytes(id);
        if (name.Length == 0 || Syscall.OpenBeneath(uploads, name, OpenFlags.ReadOnly | OpenFlags.Directory, 0, out var handle) != Errno.OK)
        {
            return null;
        }

        var folder = new UploadFolder(uploads, handle, id, errors);
        if (Syscall.Open(handle, "begin"u8, OpenFlags.ReadWrite, 0, out var file) == Errno.OK)
        {
            folder.beginFile = file;
            folder.Begun = ReadRecord(file);
        }

        return folder;
    }

    /// <summary>Held until disposed, or until the process dies.</summary>
    internal void Lock()
    {
        Errno result = Syscall.Lock(beginFile!, wait: false);
        if (result == Errno.EAGAIN)
        {
            throw new StoreException(StoreErrorKind.Busy, $"The upload {Id} of {StoreKey.Show(Begun!.Key)} is being worked on elsewhere.");
        }

        errors.Check(What, result);
    }

    internal PartFile Create(string name)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(name);
        return Keep(Files.Create(bytes), bytes);
    }

    /// <returns>Null when there is none.</returns>
    internal PartFile? Open(string name)
    {
        if (name == WholeName && whole != null)
        {
            return whole;
        }

        byte[] bytes = Encoding.ASCII.GetBytes(name);
        Errno result = Syscall.OpenBeneath(Handle, bytes, OpenFlags.ReadWrite, 0, out var file);
        if (result != Errno.OK)
        {
            return null;
        }

        var found = Keep(file, bytes);
        return name == WholeName ? whole = found : found;
    }

    internal void Remove()
    {
        var names = new List<DirectoryName>();
        Errno result = Syscall.ReadDirectory(Handle, names);
        if (result == Errno.ENOENT)
        {
            return;   // Another one removed it.
        }

        errors.Check(What, result);
        names.ForEach(n => Syscall.Unlink(Handle, n.Name));
        _ = Syscall.RemoveDirectory(parent, Encoding.UTF8.GetBytes(Id));
    }

    public void Dispose()
    {
        opened.ForEach(static f => f.Dispose());
        log?.Dispose();
        if (beginFile != null)
        {
            _ = Syscall.Unlock(beginFile); // A process that is just being started has the open file too.
            beginFile.Dispose();
        }

        Files.Dispose();
    }

    private PartFile Keep(SafeFileHandle file, byte[] name)
    {
        opened.Add(file);
        return new PartFile(file, name);
    }

    private static UploadRecord? ReadRecord(SafeFileHandle file)
    {
        if (Syscall.Stat(file, out var status) != Errno.OK)
        {
            return null;
        }

        var text = new byte[status.Size];
        try
        {
            return Syscall.Read(file, text, 0, out int count) == Errno.OK ? JsonSerializer.Deserialize(text.AsSpan(0, count), UploadJson.Default.UploadRecord) : null;
        }
        catch (JsonException)
        {
            return null;   // Cut by a crash: the upload had no part yet.
        }
    }
}
