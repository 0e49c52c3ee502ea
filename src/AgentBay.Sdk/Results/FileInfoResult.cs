namespace AgentBay.Sdk;

/// <summary>A file or folder that was asked for.</summary>
public sealed record FileInfoResult : OperationResult
{
#nullable disable annotations // See ContextResult.
    /// <summary>Null when the operation failed.</summary>
    public SessionFileInfo FileInfo { get; init; }
#nullable restore annotations
}
