using System.Text;
using AgentBay.ObjectStore;
using AgentBay.Posix;
using AgentBay.Testing;
using AgentBay.Testing.Model;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Mount.Tests;

/// <summary>
/// The model's mount on the real kernel: one folder of a mount that many sequences share. Kills, remounts and new machines are real where
/// <paramref name="remounts"/> says so, because they take a second; elsewhere a look into the store.
/// </summary>
internal sealed class KernelModelMount(ModelMachine machine, string folder, bool remounts) : IModelMount
{
    private static readonly IReadOnlyDictionary<string, string> SymlinkMetadata = new Dictionary<string, string> { ["mode"] = "41471" };

    private FileStream? held;

    public bool WasKilled => machine.WasKilled;

    private string Root => Path.Combine(machine.Box.Mount, folder);

    public async ValueTask DisposeAsync() => await DropHeldAsync();

    public bool IsTransient(Exception error) => machine.IsOfKill(error);

    public Task WriteAsync(string path, string content)
    {
        Directory.CreateDirectory(Root);
        return File.WriteAllTextAsync(At(path), content);
    }

    public Task AppendAsync(string path, string text) => File.AppendAllTextAsync(At(path), text);

    public async Task HoldAsync(string path, string text)
    {
        held = new FileStream(At(path), FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        await AppendToHeldAsync(text);
    }

    public async Task ReleaseAsync(string? path, string text)
    {
        await AppendToHeldAsync(text);
        await held!.DisposeAsync();
        held = null;
    }

    /// <summary>Where the file ends now: FileMode.Append means where it ended at the open.</summary>
    private async Task AppendToHeldAsync(string text)
    {
        held!.Seek(0, SeekOrigin.End);
        await held.WriteAsync(Encoding.ASCII.GetBytes(text));
    }

    public Task RenameAsync(string from, string to) => Call(Syscall.Rename(Syscall.CurrentDirectory, Name(from), Syscall.CurrentDirectory, Name(to)), from);

    public Task ExchangeAsync(string one, string other) => Call(Syscall.Rename(Syscall.CurrentDirectory, Name(one), Syscall.CurrentDirectory, Name(other), 2), one);

    public Task DeleteAsync(string path) => Call(Syscall.Unlink(Syscall.CurrentDirectory, Name(path)), path);

    public Task MakeFolderAsync(string path) => Call(Syscall.MakeDirectory(Syscall.CurrentDirectory, Name(path), 0x1ED), path);

    public Task RemoveFolderAsync(string path) => Call(Syscall.RemoveDirectory(Syscall.CurrentDirectory, Name(path)), path);

    public Task LinkAsync(string from, string to) => Call(Syscall.Link(Syscall.CurrentDirectory, Name(from), Syscall.CurrentDirectory, Name(to)), to);

    public Task SymlinkAsync(string target, string path) => Call(Syscall.Symlink(Encoding.ASCII.GetBytes(target), Syscall.CurrentDirectory, Name(path)), path);

    public Task ChangeModeAsync(string path, uint mode) => Call(Syscall.ChangeMode(Syscall.CurrentDirectory, Name(path), mode), path);

    public Task SetXattrAsync(string path, string value) => Call(Syscall.SetXattr(Name(path), "user.a"u8, Encoding.ASCII.GetBytes(value)), path);

    public Task SetTimeAsync(string path, long mtimeNs) => Call(Syscall.SetTimes(Syscall.CurrentDirectory, Name(path), null, mtimeNs), path);

    public Task<string> ReadAsync(string path) => File.ReadAllTextAsync(At(path));

    public Task FsyncAsync(string path) => SyncAsync(At(path), 0);

    public Task FsyncFolderAsync(string path) => SyncAsync(At(path), OpenFlags.Directory);

    /// <summary>fsync of the mount's root stores everything.</summary>
    public Task FlushAsync() => SyncAsync(machine.Box.Mount, OpenFlags.Directory);

    /// <summary>The daemon does that by itself.</summary>
    public Task WriteBackAsync() => Task.CompletedTask;

    public async Task DownloadAsync() => (await machine.Box.AgentBayAsync("sync", machine.Box.Mount, "--mode", "download")).Ok();

    public async Task RemountAsync()
    {
        await DropHeldAsync();
        await (remounts ? machine.RemountAsync() : DownloadAsync());
    }

    public async Task MoveToNewMachineAsync()
    {
        await DropHeldAsync();
        await machine.MoveToNewMachineAsync();
    }

    public async Task KillAsync(Func<Task>? meanwhile)
    {
        if (remounts || WasKilled)
        {
            await machine.KillAsync(async () =>
            {
                await DropHeldAsync();
                await (meanwhile?.Invoke() ?? Task.CompletedTask);
            });
            return;
        }

        await DropHeldAsync(); // As the model has: nothing is open any more.
        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        await DownloadAsync();
    }

    public Task<IReadOnlyDictionary<string, ModelEntry>> TreeAsync()
    {
        var found = new SortedDictionary<string, ModelEntry>(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFileSystemEntries(Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            found[Path.GetRelativePath(Root, path)] = EntryAt(path);
        }

        return Task.FromResult<IReadOnlyDictionary<string, ModelEntry>>(found);
    }

    public Task ChangeStoreAsync(string key, string? content, bool symlink) => content is null
        ? machine.Store.DeleteAsync(KeyOf(key), null, CancellationToken.None)
        : machine.Store.PutAsync(KeyOf(key), Encoding.ASCII.GetBytes(content), new PutOptions { Metadata = symlink ? SymlinkMetadata : ObjectInfo.NoMetadata }, CancellationToken.None);

    public async Task<string?> StoredAsync(string key)
    {
        await using ObjectContent? content = await machine.Store.GetAsync(KeyOf(key), null, null, CancellationToken.None);
        return content is null ? null : await new StreamReader(content.Body, Encoding.ASCII).ReadToEndAsync();
    }

    public async Task<IReadOnlyList<string>> KeysAsync()
    {
        ListPage page = await machine.Store.ListAsync(new ListRequest(KeyOf("")), CancellationToken.None);
        return [.. page.Objects.Select(found => found.Key[KeyOf("").Length..]).Where(key => key.Length > 0).Order(StringComparer.Ordinal)];
    }

    /// <summary>The client tries again, so no program sees it. Nothing breaks where the store is a directory.</summary>
    public void FailStore(StoreCall call, int number, bool afterEffect) => machine.BreakConnection(call, number, afterEffect);

    public void KillAt(string step, int number) => machine.KillAt(step, number);

    public void ClearFaults()
    {
        // They come with mounts and requests, and go with them.
    }

    private static ModelEntry EntryAt(string path)
    {
        byte[] name = Encoding.UTF8.GetBytes(path);
        Syscall.Stat(Syscall.CurrentDirectory, name, out FileStatus status).ThrowIfError(path);
        uint mode = status.Mode & 0xFFF;
        if (status.IsDirectory)
        {
            return new ModelEntry(ModelKind.Folder, "", mode, "", 0);
        }

        if (status.IsRegular)
        {
            string xattr = Syscall.GetXattr(name, "user.a"u8, out byte[] value) == Errno.OK ? Encoding.ASCII.GetString(value) : "";
            return new ModelEntry(ModelKind.File, File.ReadAllText(path, Encoding.ASCII), mode, xattr, status.ModifyTimeNs);
        }

        Syscall.ReadLink(Syscall.CurrentDirectory, name, out byte[] target).ThrowIfError(path);
        return new ModelEntry(ModelKind.Symlink, Encoding.ASCII.GetString(target), mode, "", 0);
    }

    /// <summary>On a thread of its own: it waits for the daemon.</summary>
    private static Task SyncAsync(string path, int flags) => Task.Run(() =>
    {
        Syscall.Open(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(path), flags | OpenFlags.ReadOnly, 0, out SafeFileHandle file).ThrowIfError($"open {path}");
        using (file)
        {
            Syscall.Sync(file).ThrowIfError($"fsync {path}");
        }
    });

    private static Task Call(Errno error, string path)
    {
        error.ThrowIfError(path);
        return Task.CompletedTask;
    }

    private async Task DropHeldAsync()
    {
        if (held is { } file)
        {
            held = null;
            try
            {
                await file.DisposeAsync();
            }
            catch (IOException)
            {
                // Its daemon is dead: the kernel says so at close.
            }
        }
    }

    private string At(string path) => Path.Combine(Root, path);

    private byte[] Name(string path) => Encoding.UTF8.GetBytes(At(path));

    private string KeyOf(string key) => $"{machine.Prefix}{folder}/{key}";
}
