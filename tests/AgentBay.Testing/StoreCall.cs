namespace AgentBay.Testing;

/// <summary>The calls of <see cref="ObjectStore.IObjectStore"/> and of its uploads.</summary>
public enum StoreCall
{
    List,
    Head,
    Get,
    Put,
    BeginMultipart,
    UploadPart,
    CompleteMultipart,
    Copy,
    Delete,
    DeleteMany,
    ResumeMultipart,
    CopyPart,
    ListUploads,
    AbortUpload,
    Presign,
    GetExpiryRules,
    SetExpiryRules,
}

/// <summary>One call that a <see cref="FaultyStore"/> saw. For a copy the key is the target's; for a listing the prefix; for many deletions empty.</summary>
public sealed record StoreCallRecord(StoreCall Call, string Key);
