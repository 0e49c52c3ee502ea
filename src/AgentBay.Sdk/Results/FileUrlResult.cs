namespace AgentBay.Sdk;

/// <summary>A URL with which anyone may read or store one file until it expires: PUT or GET with any HTTP client.</summary>
public sealed record FileUrlResult : OperationResult
{
#nullable disable annotations // See ContextResult.
    /// <summary>Null when the operation failed.</summary>
    public Uri Url { get; init; }
#nullable restore annotations

    /// <summary>A URL of a store on this disk ends with its client, if that is disposed before.</summary>
    public DateTimeOffset ExpireTime { get; init; }
}
