namespace AgentBay.ObjectStore;

/// <summary>What a presigned URL is good for.</summary>
public enum PresignedUse
{
    /// <summary>GET and, where the store's server allows it with the same URL, HEAD.</summary>
    Get,

    /// <summary>PUT of the whole object.</summary>
    Put,
}
