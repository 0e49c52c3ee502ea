using AgentBay.Fs.Policies;

namespace AgentBay.Sdk.Tests;

/// <summary>The code of the README, word for word: that it compiles is the test (<see cref="ReadmeTests"/>).</summary>
internal static class ReadmeExample
{
    internal static async Task RunAsync()
    {
        await using var agentBay = new AgentBayClient();               // the store of AGENTBAY_STORE, else one on this disk
        var context = (await agentBay.Context.GetAsync("my-storage", create: true)).Context;
        var policy = new SyncPolicy { BWList = new() { WhiteLists = [new("/src", excludePaths: ["/node_modules"])] } };

        var created = await agentBay.CreateAsync(new CreateSessionParams
        {
            ContextSyncs = [ContextSync.New(context.Id, "/tmp/persistent", policy)],
        });
        if (!created.Success)
        {
            throw new InvalidOperationException(created.ErrorMessage);
        }

        await using var session = created.Session;                     // ends with everything in the store
        await session.FileSystem.CreateDirectoryAsync("/tmp/persistent/src");
        await session.FileSystem.WriteFileAsync("/tmp/persistent/src/data.txt", "Important data");
        await session.Context.SyncAsync();                             // in the store now
    }
}
