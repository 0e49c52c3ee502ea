using AgentBay.Fs.Files;
using AgentBay.ObjectStore;

namespace AgentBay.Sdk;

/// <summary>Files of a context without a session. Paths begin at the context's root, wherever it is mounted: <c>/data/report.txt</c>.</summary>
public sealed partial class ContextService
{
    private static readonly TimeSpan UrlLifetime = TimeSpan.FromHours(1);

    /// <summary>A URL to which anyone stores this file by HTTP PUT within an hour. A store on this disk has it answered by this client: it ends with the client, if that is disposed before.</summary>
    public Task<FileUrlResult> GetFileUploadUrlAsync(string contextId, string filePath, CancellationToken cancellationToken = default) => InContextAsync(
        "GetContextFileUploadUrl",
        contextId,
        filePath,
        files => UrlAsync(() => files.GetUploadUrlAsync(FilePath.ParseFile(filePath), UrlLifetime, cancellationToken), cancellationToken),
        cancellationToken);

    /// <summary>A URL from which anyone reads this file by HTTP GET within an hour. See <see cref="GetFileUploadUrlAsync"/>.</summary>
    public Task<FileUrlResult> GetFileDownloadUrlAsync(string contextId, string filePath, CancellationToken cancellationToken = default) => InContextAsync(
        "GetContextFileDownloadUrl",
        contextId,
        filePath,
        files => UrlAsync(() => files.GetDownloadUrlAsync(FilePath.ParseFile(filePath), UrlLifetime, cancellationToken), cancellationToken),
        cancellationToken);

    /// <summary>A page of the files and folders directly in a folder, by name. Beyond the last page there is nothing.</summary>
    /// <param name="pageNumber">From 1.</param>
    /// <param name="pageSize">1 to 1,000.</param>
    public Task<ContextFileListResult> ListFilesAsync(
        string contextId, string parentFolderPath, int pageNumber = 1, int pageSize = 50, CancellationToken cancellationToken = default) => InContextAsync(
        "DescribeContextFiles",
        contextId,
        parentFolderPath,
        async files =>
        {
            FilePage page = await files.ListAsync(FilePath.ParseFolder(parentFolderPath), pageNumber, pageSize, cancellationToken);
            return new ContextFileListResult { Entries = [.. page.Entries.Select(ContextFileEntry.From)], Count = page.TotalCount };
        },
        cancellationToken);

    /// <summary>Deletes a file or an empty folder.</summary>
    public Task<OperationResult> DeleteFileAsync(string contextId, string filePath, CancellationToken cancellationToken = default) => InContextAsync(
        "DeleteContextFile",
        contextId,
        filePath,
        async files =>
        {
            await files.DeleteAsync(FilePath.ParseFolder(filePath), cancellationToken);
            return new OperationResult();
        },
        cancellationToken);

    private Task<T> InContextAsync<T>(string operation, string contextId, string path, Func<ContextFiles, Task<T>> act, CancellationToken cancellationToken)
        where T : OperationResult, new()
    {
        ArgumentNullException.ThrowIfNull(contextId);
        ArgumentNullException.ThrowIfNull(path);
        return calls.RunAsync(operation, async () => await act(new ContextFiles(store, await FindAsync(contextId, cancellationToken), time)));
    }

    private async Task<FileUrlResult> UrlAsync(Func<Task<PresignedUrl>> presign, CancellationToken cancellationToken)
    {
        PresignedUrl url = await urls.PresignAsync(presign, cancellationToken);
        return new FileUrlResult { Url = url.Url, ExpireTime = url.ExpiresAt };
    }
}
