namespace AgentBay.Testing.Model;

/// <summary>A mount that random sequences are tried on. Paths are below its root; contents are ASCII.</summary>
public interface IModelMount : IAsyncDisposable
{
    Task WriteAsync(string path, string content);

    Task AppendAsync(string path, string text);

    /// <summary>Opens a file, appends, and keeps it open until <see cref="ReleaseAsync"/> or the end of the mount.</summary>
    Task HoldAsync(string path, string text);

    /// <param name="path">The held file's present name; null when it has none.</param>
    Task ReleaseAsync(string? path, string text);

    Task RenameAsync(string from, string to);

    Task ExchangeAsync(string one, string other);

    Task DeleteAsync(string path);

    Task MakeFolderAsync(string path);

    Task RemoveFolderAsync(string path);

    Task LinkAsync(string from, string to);

    Task SymlinkAsync(string target, string path);

    Task ChangeModeAsync(string path, uint mode);

    /// <summary>Sets <c>user.a</c>.</summary>
    Task SetXattrAsync(string path, string value);

    Task SetTimeAsync(string path, long mtimeNs);

    Task<string> ReadAsync(string path);

    Task FsyncAsync(string path);

    Task FsyncFolderAsync(string path);

    /// <summary>Returns when everything is stored.</summary>
    Task FlushAsync();

    Task WriteBackAsync();

    Task DownloadAsync();

    Task RemountAsync();

    Task MoveToNewMachineAsync();

    /// <summary>kill -9 and a mount again; also after <see cref="WasKilled"/>.</summary>
    /// <param name="meanwhile">Runs while nothing is mounted.</param>
    Task KillAsync(Func<Task>? meanwhile = null);

    /// <summary>Everything as programs see it, every byte read.</summary>
    Task<IReadOnlyDictionary<string, ModelEntry>> TreeAsync();

    /// <summary>Another session's or tool's put; null deletes.</summary>
    Task ChangeStoreAsync(string key, string? content, bool symlink = false);

    /// <summary>What the store holds under a key; null when there is nothing.</summary>
    Task<string?> StoredAsync(string key);

    /// <summary>All keys of the context, sorted; folder markers end with '/'.</summary>
    Task<IReadOnlyList<string>> KeysAsync();

    /// <summary>A fault that was ordered has ended the process.</summary>
    bool WasKilled { get; }

    /// <summary>Whether an operation failed only because the store was away, and may be tried again.</summary>
    bool IsTransient(Exception error);

    void FailStore(StoreCall call, int number, bool afterEffect);

    void KillAt(string step, int number);

    void ClearFaults();
}
