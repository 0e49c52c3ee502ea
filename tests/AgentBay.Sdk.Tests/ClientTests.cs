namespace AgentBay.Sdk.Tests;

[Collection(MachineCollection.Name)] // They set the process's environment.
public sealed class ClientTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("agentbay-test-").FullName;

    [Fact]
    public void A_store_that_is_none_is_refused_at_once()
    {
        var error = Assert.Throws<ArgumentException>(() => new AgentBayClient(new AgentBayOptions { StoreUrl = "ftp://bucket" }));

        Assert.StartsWith("StoreUrl: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_store_is_the_environment_s_where_none_is_named()
    {
        string? before = Environment.GetEnvironmentVariable("AGENTBAY_STORE");
        try
        {
            Environment.SetEnvironmentVariable("AGENTBAY_STORE", $"{folder}/store");
            await using var agentBay = new AgentBayClient();
            Context context = (await agentBay.Context.GetAsync("a", create: true)).EnsureSuccess().Context;
            await using var same = new AgentBayClient(new AgentBayOptions { StoreUrl = $"{folder}/store" });
            Assert.Equal(context, (await same.Context.GetAsync("a")).Context);

            Environment.SetEnvironmentVariable("AGENTBAY_STORE", "ftp://bucket");
            Assert.StartsWith("AGENTBAY_STORE: ", Assert.Throws<ArgumentException>(() => new AgentBayClient()).Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("AGENTBAY_STORE", before);
        }
    }

    [Fact]
    public async Task A_missing_program_is_a_result_that_says_where_it_was_looked_for()
    {
        await using var agentBay = new AgentBayClient(new AgentBayOptions { StoreUrl = $"{folder}/store", CacheDirectory = $"{folder}/cache", MountProgram = $"{folder}/none" });
        Context context = (await agentBay.Context.GetAsync("a", create: true)).Context;

        var result = await agentBay.CreateAsync(new CreateSessionParams { ContextSyncs = [ContextSync.New(context.Id, $"{folder}/mnt")] });

        Assert.False(result.Success);
        Assert.Contains($"{folder}/none", result.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_a_result_an_exception_if_wanted_and_logged_with_its_request_id()
    {
        var log = new LastMessage();
        await using var agentBay = new AgentBayClient(new AgentBayOptions { StoreUrl = $"{folder}/store", Logger = log });

        var result = await agentBay.Context.GetAsync("missing");

        Assert.False(result.Success);
        Assert.Equal(result.ErrorMessage, Assert.Throws<AgentBayException>(() => result.EnsureSuccess()).Message);
        Assert.Equal($"GetContext failed (request {result.RequestId})", log.Message);
    }

    [Fact]
    public async Task An_operation_that_succeeds_has_a_request_id_of_its_own()
    {
        await using var agentBay = new AgentBayClient(new AgentBayOptions { StoreUrl = $"{folder}/store" });

        var first = await agentBay.Context.GetAsync("a", create: true);
        var second = await agentBay.Context.GetAsync("a");

        Assert.Same(first, first.EnsureSuccess());
        Assert.NotEqual(first.RequestId, second.RequestId);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("./data")]
    [InlineData("")]
    public void A_session_s_folder_is_an_absolute_path(string path) =>
        Assert.ThrowsAny<ArgumentException>(() => ContextSync.New("SdkCtx-aaaaaaaaaaaaaaaaaaaa", path));

    [Fact]
    public void A_context_s_name_is_not_its_id()
    {
        var error = Assert.Throws<ArgumentException>(() => ContextSync.New("my-project", "/tmp/data"));

        Assert.StartsWith("There is no context with the id 'my-project': ids are SdkCtx- and 20 letters and digits.", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
