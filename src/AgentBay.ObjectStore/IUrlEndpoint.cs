namespace AgentBay.ObjectStore;

/// <summary>A small HTTP server on 127.0.0.1 that answers a store's presigned URLs until it is disposed.</summary>
public interface IUrlEndpoint : IAsyncDisposable
{
    /// <summary>Scheme, host and port.</summary>
    Uri Url { get; }
}
