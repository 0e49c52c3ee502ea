using AgentBay.Sdk.Mounting;

namespace AgentBay.Sdk;

/// <summary>
/// Contexts as folders of this machine. Each is served by a process of its own, so what was written is not lost when this process ends
/// without deleting the session. <c>await using</c> deletes it with all in the store.
/// </summary>
public sealed class Session : IAsyncDisposable
{
    private readonly AgentBayClient client;

    internal Session(AgentBayClient client, CreateSessionParams parameters, MountedContexts mounts, ServiceCalls calls)
    {
        this.client = client;
        Mounts = mounts;
        Labels = parameters.Labels;
        ImageId = parameters.ImageId;
        FileSystem = new SessionFileSystem(mounts, calls);
        Context = new SessionContext(mounts, calls);
    }

    public string SessionId { get; } = $"session-{Guid.NewGuid():N}";

    public IReadOnlyDictionary<string, string> Labels { get; }

    public string? ImageId { get; }

    public SessionFileSystem FileSystem { get; }

    /// <summary>Syncs the session's contexts.</summary>
    public SessionContext Context { get; }

    internal MountedContexts Mounts { get; }

    /// <inheritdoc cref="AgentBayClient.DeleteAsync"/>
    public Task<DeleteResult> DeleteAsync(bool syncContext = false, CancellationToken cancellationToken = default) => client.DeleteAsync(this, syncContext, cancellationToken);

    /// <summary>Deletes the session when everything is in the store.</summary>
    /// <exception cref="AgentBayException">A folder is in use and stays mounted, or something is not in the store and stays on this machine; the message says what.</exception>
    public async ValueTask DisposeAsync() => (await DeleteAsync(syncContext: true)).EnsureSuccess();
}
