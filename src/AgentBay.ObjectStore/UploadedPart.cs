namespace AgentBay.ObjectStore;

/// <summary>A part of an upload that the store has.</summary>
/// <param name="ETag">The MD5 of its bytes in hexadecimal digits, where the store does not encrypt them.</param>
public sealed record UploadedPart(int Number, long Size, string ETag);
