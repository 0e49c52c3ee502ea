namespace AgentBay.Fs.Indexing;

/// <summary>An upload in parts that has begun: after a crash, or when the store was away, it goes on where it was.</summary>
/// <param name="Id">The store's.</param>
/// <param name="OperationId">The one in its metadata.</param>
/// <param name="Description">Stands for its metadata, which cannot be changed any more, and the size of its parts.</param>
public sealed record BegunUpload(string Key, string Id, string OperationId, string Description);
