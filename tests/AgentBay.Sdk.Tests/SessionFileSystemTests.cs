namespace AgentBay.Sdk.Tests;

public sealed class SessionFileSystemTests : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("agentbay-test-").FullName;
    private readonly AgentBayClient agentBay;

    public SessionFileSystemTests() => agentBay = new AgentBayClient(new AgentBayOptions { StoreUrl = $"{folder}/store" });

    [Fact]
    public async Task A_file_is_overwritten_or_appended_to()
    {
        SessionFileSystem files = await FilesAsync();

        await files.WriteFileAsync($"{folder}/a.txt", "first", WriteMode.Overwrite);
        await files.WriteFileAsync($"{folder}/a.txt", "second");
        await files.WriteFileAsync($"{folder}/a.txt", " third", WriteMode.Append);

        Assert.Equal("second third", (await files.ReadFileAsync($"{folder}/a.txt")).Content);
    }

    [Fact]
    public async Task Folders_are_made_listed_and_looked_at()
    {
        SessionFileSystem files = await FilesAsync();
        await files.CreateDirectoryAsync($"{folder}/d/sub");
        await files.WriteFileAsync($"{folder}/d/a.txt", "12345");

        var listed = await files.ListDirectoryAsync($"{folder}/d");
        var info = await files.GetFileInfoAsync($"{folder}/d/a.txt");

        Assert.Equal([("a.txt", false, 5L), ("sub", true, 0L)], listed.Entries.Select(entry => (entry.Name, entry.IsDirectory, entry.Size)));
        Assert.Equal(($"{folder}/d/a.txt", 5L, false), (info.FileInfo.Path, info.FileInfo.Size, info.FileInfo.IsDirectory));
    }

    [Fact]
    public async Task What_is_not_there_is_a_result()
    {
        SessionFileSystem files = await FilesAsync();
        string missing = $"{folder}/missing";

        OperationResult[] results =
        [
            await files.ReadFileAsync(missing), await files.DeleteFileAsync(missing), await files.GetFileInfoAsync(missing),
            await files.ListDirectoryAsync(missing), await files.WriteFileAsync($"{missing}/a", ""),
        ];

        Assert.All(results, result => Assert.Contains(missing, result.ErrorMessage, StringComparison.Ordinal));
        Assert.All(results, result => Assert.False(result.Success));
    }

    [Fact]
    public async Task A_deleted_file_is_gone()
    {
        SessionFileSystem files = await FilesAsync();
        await files.WriteFileAsync($"{folder}/a.txt", "1");

        var deleted = await files.DeleteFileAsync($"{folder}/a.txt");

        Assert.True(deleted.Success, deleted.ErrorMessage);
        Assert.False(File.Exists($"{folder}/a.txt"));
    }

    public async ValueTask DisposeAsync()
    {
        await agentBay.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<SessionFileSystem> FilesAsync() => (await agentBay.CreateAsync()).Session.FileSystem;
}
