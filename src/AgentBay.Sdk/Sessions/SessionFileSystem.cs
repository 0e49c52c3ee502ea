using AgentBay.Sdk.Mounting;

namespace AgentBay.Sdk;

/// <summary>
/// The files of this machine, as a session's programs see them. What is written into the session's folders goes to their contexts; what is
/// written elsewhere is on this machine only. After the end of the session nothing is written any more: it would land below the folders.
/// </summary>
public sealed class SessionFileSystem
{
    private readonly MountedContexts mounts;
    private readonly ServiceCalls calls;

    internal SessionFileSystem(MountedContexts mounts, ServiceCalls calls) => (this.mounts, this.calls) = (mounts, calls);

    /// <param name="content">Stored as UTF-8.</param>
    public Task<OperationResult> WriteFileAsync(string path, string content, WriteMode mode = WriteMode.Overwrite, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        return ActAsync("WriteFile", path, () => mode == WriteMode.Append ? File.AppendAllTextAsync(path, content, cancellationToken) : File.WriteAllTextAsync(path, content, cancellationToken));
    }

    public Task<FileContentResult> ReadFileAsync(string path, CancellationToken cancellationToken = default) =>
        AskAsync("ReadFile", path, async () => new FileContentResult { Content = await File.ReadAllTextAsync(path, cancellationToken) });

    /// <summary>Makes a folder and those above it; that it is there is no error.</summary>
    public Task<OperationResult> CreateDirectoryAsync(string path) => ActAsync("CreateDirectory", path, () => Directory.CreateDirectory(path));

    public Task<DirectoryListResult> ListDirectoryAsync(string path) => AskAsync("ListDirectory", path, () => new DirectoryListResult
    {
        Entries = [.. new DirectoryInfo(path).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(Describe)],
    });

    public Task<OperationResult> DeleteFileAsync(string path) => ActAsync("DeleteFile", path, () => File.Delete(Existing(path).FullName));

    public Task<FileInfoResult> GetFileInfoAsync(string path) => AskAsync("GetFileInfo", path, () => new FileInfoResult { FileInfo = Describe(Existing(path)) });

    private Task<OperationResult> ActAsync(string operation, string path, Action act) => AskAsync(operation, path, () =>
    {
        act();
        return new OperationResult();
    });

    private Task<OperationResult> ActAsync(string operation, string path, Func<Task> act) => AskAsync(operation, path, async () =>
    {
        await act();
        return new OperationResult();
    });

    // On another thread: a file that is not here yet makes even plain calls wait for the store.
    private Task<T> AskAsync<T>(string operation, string path, Func<T> ask)
        where T : OperationResult, new() => AskAsync(operation, path, () => Task.Run(ask));

    private Task<T> AskAsync<T>(string operation, string path, Func<Task<T>> ask)
        where T : OperationResult, new()
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return calls.RunAsync(operation, async () =>
        {
            mounts.ThrowIfEnded();
            return await ask();
        });
    }

    private static FileSystemInfo Existing(string path) =>
        File.Exists(path) ? new FileInfo(path)
        : Directory.Exists(path) ? new DirectoryInfo(path)
        : throw new FileNotFoundException($"There is no file or folder '{path}'.", path);

    private static SessionFileInfo Describe(FileSystemInfo entry) =>
        new(entry.Name, entry.FullName, entry is DirectoryInfo, (entry as FileInfo)?.Length ?? 0, new DateTimeOffset(entry.LastWriteTimeUtc, TimeSpan.Zero));
}
