using System.Text;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;
using AgentBay.Posix;
using AgentBay.Testing;
using AgentBay.Testing.Model;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>The model's mount without a kernel.</summary>
internal sealed class MirrorModelMount(TestMirror mirror) : IModelMount
{
    private static readonly IReadOnlyDictionary<string, string> SymlinkMetadata = new Dictionary<string, string> { ["mode"] = "41471" };

    private TestMirror.Writing? held;

    public bool WasKilled => mirror.WasKilled;

    public static async Task<MirrorModelMount> OpenAsync(bool newETagEachWrite, string? disk) =>
        new(await TestMirror.OpenAsync(SyncEngineTests.NewSmall(), new MemoryStore(MemoryStore.Capable with { MinPartSize = 1 }) { NewETagEachWrite = newETagEachWrite }, disk));

    public ValueTask DisposeAsync() => mirror.DisposeAsync();

    public bool IsTransient(Exception error) => error is FsException { Error: FsError.StoreUnavailable };

    public Task WriteAsync(string path, string content) => mirror.WriteAsync(path, content);

    public Task AppendAsync(string path, string text) => mirror.AppendAsync(path, text);

    public async Task HoldAsync(string path, string text)
    {
        await mirror.HydrateAsync(path);
        held = mirror.BeginWriting(path);
        mirror.WriteUnseen(path, text, mirror.Stat(path)!.Value.Size);
    }

    public Task ReleaseAsync(string? path, string text)
    {
        if (path is not null)
        {
            mirror.WriteUnseen(path, text, mirror.Stat(path)!.Value.Size);
            held!.Path = path;
        }

        held!.Dispose();
        held = null;
        return Task.CompletedTask;
    }

    public async Task RenameAsync(string from, string to)
    {
        await FillIfFolderAsync(to);
        await mirror.RenameAsync(from, to);
    }

    public Task ExchangeAsync(string one, string other) => mirror.ExchangeAsync(one, other);

    public Task DeleteAsync(string path) => mirror.DeleteAsync(path);

    public Task MakeFolderAsync(string path) => mirror.MakeFolderAsync(path);

    public Task RemoveFolderAsync(string path) => mirror.RemoveFolderAsync(path);

    public Task LinkAsync(string from, string to) => mirror.LinkAsync(from, to);

    public Task SymlinkAsync(string target, string path) => mirror.SymlinkAsync(target, path);

    public Task ChangeModeAsync(string path, uint mode) => mirror.ChangeModeAsync(path, mode);

    public Task SetXattrAsync(string path, string value) => mirror.SetXattrAsync(path, "user.a", value);

    public Task SetTimeAsync(string path, long mtimeNs) => mirror.SetTimeAsync(path, mtimeNs);

    public Task<string> ReadAsync(string path) => mirror.ReadAsync(path);

    public async Task FsyncAsync(string path)
    {
        await mirror.FillAsync(ModelTree.ParentOf(path));
        if (!await mirror.FsyncAsync(path))
        {
            throw new ModelException($"fsync of {path}: it says that the name is another inode's.");
        }
    }

    public async Task FsyncFolderAsync(string path)
    {
        await mirror.FillAsync(path);
        await mirror.Host.FsyncFolderAsync(TestMirror.PathOf(path), CancellationToken.None);
    }

    public async Task FlushAsync()
    {
        IReadOnlyList<PendingChange> remaining = (await mirror.FlushAsync()).Remaining;
        if (remaining.Count > 0 && !WasKilled)
        {
            throw new ModelException($"A flush leaves {string.Join(", ", remaining.Select(change => $"{change.Path} ({change.Error})"))}");
        }
    }

    public Task WriteBackAsync() => mirror.Session.FlushInBackgroundAsync();

    public async Task DownloadAsync()
    {
        try
        {
            await mirror.Session.DownloadAsync(CancellationToken.None);
        }
        catch (StoreException error) when (error.IsTransient)
        {
            throw new FsException(FsError.StoreUnavailable, error.Message, error);
        }
    }

    public Task RemountAsync()
    {
        held = null;
        return mirror.RemountAsync();
    }

    public Task MoveToNewMachineAsync()
    {
        held = null;
        return mirror.RemountAfreshAsync();
    }

    public Task KillAsync(Func<Task>? meanwhile)
    {
        held = null;
        return mirror.KillAsync(meanwhile: meanwhile);
    }

    public async Task<IReadOnlyDictionary<string, ModelEntry>> TreeAsync()
    {
        var found = new SortedDictionary<string, ModelEntry>(StringComparer.Ordinal);
        var folders = new Stack<string>([""]);
        while (folders.TryPop(out string? folder))
        {
            foreach (string name in await mirror.ListAsync(folder))
            {
                string path = folder.Length == 0 ? name : $"{folder}/{name}";
                found[path] = await EntryAsync(path);
                if (found[path].Kind == ModelKind.Folder)
                {
                    folders.Push(path);
                }
            }
        }

        return found;
    }

    public Task ChangeStoreAsync(string key, string? content, bool symlink) =>
        content is null ? mirror.DeleteForeignAsync(key) : mirror.PutForeignAsync(key, content, symlink ? SymlinkMetadata : null);

    public Task<string?> StoredAsync(string key) => mirror.StoredAsync(key);

    public Task<IReadOnlyList<string>> KeysAsync() => Task.FromResult<IReadOnlyList<string>>([.. mirror.Keys().Order(StringComparer.Ordinal)]);

    public void FailStore(StoreCall call, int number, bool afterEffect) => mirror.Store.Fail(call, number, afterEffect: afterEffect);

    public void KillAt(string step, int number) => mirror.KillAt(step, number);

    public void ClearFaults() => mirror.ClearFaults();

    private async Task<ModelEntry> EntryAsync(string path)
    {
        FileStatus status = mirror.Stat(path)!.Value;
        if (status.IsRegular)
        {
            await mirror.HydrateAsync(path);
            status = mirror.Stat(path)!.Value;
            return new ModelEntry(ModelKind.File, Encoding.UTF8.GetString(mirror.ReadNow(path)), status.Mode & 0xFFF, mirror.XattrOf(path, "user.a"), status.ModifyTimeNs);
        }

        return status.IsDirectory
            ? new ModelEntry(ModelKind.Folder, "", status.Mode & 0xFFF, "", 0)
            : new ModelEntry(ModelKind.Symlink, mirror.ReadLink(path), status.Mode & 0xFFF, "", 0);
    }

    private async Task FillIfFolderAsync(string path)
    {
        await mirror.FillAsync(ModelTree.ParentOf(path));
        if (mirror.Stat(path) is { IsDirectory: true })
        {
            await mirror.FillAsync(path);
        }
    }
}
