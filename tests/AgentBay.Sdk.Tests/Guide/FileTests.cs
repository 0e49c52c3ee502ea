using System.Net;
using System.Text;
using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Sdk.Tests.Guide;

/// <summary>The guide's chapter "Context File Operations", with .NET's own HTTP client in the place of requests.</summary>
[Collection(MachineCollection.Name)]
public sealed class FileTests(Machine machine)
{
    [Theory, OnEveryStore]
    public async Task A_file_goes_up_and_comes_down_by_presigned_URLs(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        AgentBayClient agentBay = box.Client;
        using var requests = new HttpClient();
        var context = (await agentBay.Context.GetAsync("my-project", create: true)).Context;

        // Get upload URL
        var uploadResult = await agentBay.Context.GetFileUploadUrlAsync(contextId: context.Id, filePath: "/data/report.txt");
        Assert.True(uploadResult.Success, uploadResult.ErrorMessage);
        Assert.InRange(uploadResult.ExpireTime - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(50), TimeSpan.FromMinutes(60));
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes("This is my report content"));
        using var put = await requests.PutAsync(uploadResult.Url, body, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);

        // Get download URL
        var downloadResult = await agentBay.Context.GetFileDownloadUrlAsync(contextId: context.Id, filePath: "/data/report.txt");
        Assert.True(downloadResult.Success, downloadResult.ErrorMessage);
        Assert.Equal("This is my report content", await requests.GetStringAsync(downloadResult.Url, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_URLs_of_a_directory_are_answered_by_the_client_that_gave_them_whoever_else_serves_some()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);
        Context context = await box.ContextAsync();
        await using IObjectStore store = StoreUrl.Open(box.StoreUrl, StoreOpenOptions.Default);
        IUrlEndpoint other = (await store.ServeUrlsAsync(new UrlServing { ForOtherProcesses = true }, CancellationToken.None))!;
        var upload = (await box.Client.Context.GetFileUploadUrlAsync(context.Id, "/report.txt")).EnsureSuccess();
        await other.DisposeAsync();
        using var requests = new HttpClient();
        using var put = await requests.PutAsync(upload.Url, new ByteArrayContent("report"u8.ToArray()), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
    }

    [Fact]
    public async Task An_upload_URL_of_a_directory_stores_nothing_while_its_context_is_cleared()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);
        Context context = await box.ContextAsync();
        var upload = (await box.Client.Context.GetFileUploadUrlAsync(context.Id, "/report.txt")).EnsureSuccess();
        await box.MarkAsync(context, "clearing");
        using var requests = new HttpClient();
        using var put = await requests.PutAsync(upload.Url, new ByteArrayContent("report"u8.ToArray()), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Conflict, put.StatusCode);
        Assert.Contains("is being cleared: wait until that is done", await put.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(await box.StoredAsync(context));
    }

    [Theory, OnEveryStore]
    public async Task What_went_up_by_URL_is_a_file_of_the_next_session(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await box.ContextAsync();
        await UploadAsync(box, context, "/data/report.txt");

        Session session = await box.SessionAsync(ContextSync.New(context.Id, box.At("/tmp/data")));
        var read = await session.FileSystem.ReadFileAsync($"{box.At("/tmp/data")}/data/report.txt");
        await session.DeleteAsync();

        Assert.Equal("/data/report.txt", read.Content);
    }

    [Theory, OnEveryStore]
    public async Task Files_are_listed_with_what_the_store_says_of_them(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await box.ContextAsync();
        await UploadAsync(box, context, "/notes.txt", "/data/report.txt");

        var listResult = await box.Client.Context.ListFilesAsync(contextId: context.Id, parentFolderPath: "/", pageNumber: 1, pageSize: 50);

        Assert.True(listResult.Success, listResult.ErrorMessage);
        Assert.Equal(2, listResult.Count);
        Assert.Equal(
            [("data", "/data", "folder", 0L), ("notes.txt", "/notes.txt", "file", 10L)],
            listResult.Entries.Select(entry => (entry.FileName, entry.FilePath, entry.FileType, entry.Size)));
        Assert.NotNull(listResult.Entries[1].GmtCreate);
        Assert.NotNull(listResult.Entries[1].GmtModified);
    }

    [Theory, OnEveryStore]
    public async Task Files_are_listed_page_by_page_until_there_are_no_more(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        AgentBayClient agentBay = box.Client;
        Context context = await box.ContextAsync();
        await UploadAsync(box, context, [.. Enumerable.Range(0, 23).Select(i => $"/data/{i:00}.txt")]);
        List<string> names = [];
        int pageNumber = 1;
        const int pageSize = 10;

        while (true)
        {
            var listResult = await agentBay.Context.ListFilesAsync(contextId: context.Id, parentFolderPath: "/data", pageNumber: pageNumber, pageSize: pageSize);
            Assert.True(listResult.Success, listResult.ErrorMessage);
            if (listResult.Entries.Count == 0)
            {
                break;
            }

            names.AddRange(listResult.Entries.Select(entry => entry.FileName));
            pageNumber += 1;
        }

        Assert.Equal(4, pageNumber);
        Assert.Equal(Enumerable.Range(0, 23).Select(i => $"{i:00}.txt"), names);
    }

    [Theory, OnEveryStore]
    public async Task Files_are_deleted_and_one_that_is_not_there_is_a_result(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await box.ContextAsync();
        await UploadAsync(box, context, "/data/old_report.txt", "/logs/debug.log");

        Assert.True((await box.Client.Context.DeleteFileAsync(contextId: context.Id, filePath: "/data/old_report.txt")).Success);

        List<bool> results = [];
        foreach (string filePath in (string[])["/logs/debug.log", "/temp/cache.dat", "/old/data.json"])
        {
            results.Add((await box.Client.Context.DeleteFileAsync(contextId: context.Id, filePath: filePath)).Success);
        }

        Assert.Equal([true, false, false], results);
        Assert.Empty(await box.StoredAsync(context));
    }

    [Fact]
    public async Task A_path_that_leads_out_of_the_context_is_a_result()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);
        Context context = await box.ContextAsync();

        OperationResult[] results =
        [
            await box.Client.Context.GetFileUploadUrlAsync(context.Id, "/../other"), await box.Client.Context.GetFileDownloadUrlAsync(context.Id, "/missing"),
            await box.Client.Context.ListFilesAsync(context.Id, "/missing"), await box.Client.Context.ListFilesAsync(context.Id, "/", pageNumber: 0),
        ];

        Assert.All(results, result => Assert.False(result.Success));
        Assert.All(results, result => Assert.NotEmpty(result.ErrorMessage));
    }

    /// <summary>Each file's content is its path.</summary>
    private static async Task UploadAsync(SdkBox box, Context context, params string[] paths)
    {
        using var requests = new HttpClient();
        foreach (string path in paths)
        {
            using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(path));
            using var put = await requests.PutAsync((await box.Client.Context.GetFileUploadUrlAsync(context.Id, path)).EnsureSuccess().Url, body);
            put.EnsureSuccessStatusCode();
        }
    }
}
