using System.Text;
using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Sdk.Tests;

/// <summary>
/// A place for one test: a store, a client, folders to mount on, all below one temporary folder. What was mounted is unmounted with it, also
/// when the test failed.
/// </summary>
internal sealed class SdkBox : IAsyncDisposable
{
    private readonly S3Bucket? bucket;
    private readonly List<AgentBayClient> clients = [];

    internal SdkBox(S3Bucket? bucket)
    {
        this.bucket = bucket;
        StoreUrl = bucket?.Url() ?? Path.Combine(Folder, "store");
        Client = NewClient(Cache);
    }

    internal string Folder { get; } = Directory.CreateTempSubdirectory("agentbay-test-").FullName;

    internal string StoreUrl { get; }

    internal string Cache => Path.Combine(Folder, "cache");

    /// <summary>The guide's <c>agent_bay</c>.</summary>
    internal AgentBayClient Client { get; }

    /// <summary>A folder to mount on, in the place of one that the guide names.</summary>
    /// <param name="guidePath">Such as <c>/tmp/data</c>.</param>
    internal string At(string guidePath) => Folder + "/session" + guidePath;

    /// <summary>A client of the same store on another machine.</summary>
    internal AgentBayClient OtherMachine() => NewClient(Path.Combine(Folder, $"cache{clients.Count}"));

    /// <summary>A context for a test.</summary>
    internal async Task<Context> ContextAsync(string name = "my-project") => (await Client.Context.GetAsync(name, create: true)).EnsureSuccess().Context;

    /// <summary>A session, or the reason why there is none.</summary>
    internal async Task<Session> SessionAsync(params ContextSync[] syncs) =>
        (await Client.CreateAsync(new CreateSessionParams { ContextSyncs = syncs })).EnsureSuccess().Session;

    /// <summary>What the store has of a context, without folder markers: path and content.</summary>
    internal async Task<SortedDictionary<string, string>> StoredAsync(Context context)
    {
        await using IObjectStore store = ObjectStore.StoreUrl.Open(StoreUrl, StoreOpenOptions.Default);
        string prefix = $"contexts/{context.Id}/";
        var stored = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (ObjectInfo info in (await store.ListAsync(new ListRequest(prefix), CancellationToken.None)).Objects.Where(info => !info.Key.EndsWith('/')))
        {
            await using ObjectContent? content = await store.GetAsync(info.Key, range: null, ifMatch: null, CancellationToken.None);
            using var reader = new StreamReader(content!.Body, Encoding.UTF8);
            stored.Add(info.Key[prefix.Length..], await reader.ReadToEndAsync());
        }

        return stored;
    }

    /// <summary>The expiry rules of a context as the store has them, S3's in the bucket's configuration: folder and days.</summary>
    internal async Task<IReadOnlyList<(string Folder, int Days)>> RulesAsync(Context context)
    {
        await using IObjectStore store = ObjectStore.StoreUrl.Open(StoreUrl, StoreOpenOptions.Default);
        string prefix = $"contexts/{context.Id}/";
        return [.. (await store.GetExpiryRulesAsync(CancellationToken.None))
            .Where(rule => rule.Prefix.StartsWith(prefix, StringComparison.Ordinal))
            .Select(rule => (rule.Prefix[prefix.Length..], rule.Days))
            .Order()];
    }

    /// <summary>Puts a state into a context's record, as another process does.</summary>
    internal async Task MarkAsync(Context context, string state, string? clearer = null)
    {
        await using IObjectStore store = ObjectStore.StoreUrl.Open(StoreUrl, StoreOpenOptions.Default);
        string key = $".agentbay/contexts/{context.Id}.json";
        await using ObjectContent? record = await store.GetAsync(key, range: null, ifMatch: null, CancellationToken.None);
        using var reader = new StreamReader(record!.Body, Encoding.UTF8);
        string marked = (await reader.ReadToEndAsync()).Replace("\"available\"", clearer is null ? $"\"{state}\"" : $"\"{state}\",\"clearer\":\"{clearer}\"", StringComparison.Ordinal);
        _ = await store.PutAsync(key, Encoding.UTF8.GetBytes(marked), new PutOptions(), CancellationToken.None);
    }

    /// <summary>kill -9 of what serves this box's mounts; the mounts stay, dead.</summary>
    internal Task KillMountsAsync() => LeftMounts.KillAsync([Cache]);

    public async ValueTask DisposeAsync()
    {
        foreach (AgentBayClient client in clients)
        {
            await client.DisposeAsync();
        }

        await LeftMounts.EndAsync(Directory.GetDirectories(Folder, "cache*"));
        Directory.Delete(Folder, recursive: true);
        if (bucket is not null)
        {
            await bucket.DisposeAsync();
        }
    }

    private AgentBayClient NewClient(string cache)
    {
        var client = new AgentBayClient(new AgentBayOptions { StoreUrl = StoreUrl, CacheDirectory = cache, MountProgram = BuiltProgram.FullPath });
        clients.Add(client);
        return client;
    }
}
