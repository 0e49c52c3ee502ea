namespace AgentBay.Fs.Checking;

/// <summary>What a repair does. None destroys the only copy of bytes.</summary>
public enum Mend
{
    /// <summary>Nothing: there is nothing to do, or nobody but the user can do it.</summary>
    None,

    /// <summary>The mirror counts as not clean: the next mount compares all of it, and uploads what differs.</summary>
    CompareAtMount,

    /// <summary>The row goes, so that the next mount takes the file for a new one.</summary>
    UploadAgain,

    /// <summary>The row goes, so that the store's version shows at the next look.</summary>
    ForgetRow,

    /// <summary>A name without bytes goes, with its row: nothing can be read by it.</summary>
    RemoveName,

    /// <summary>The file gets another name beside its own, where the store's version shows at the next look.</summary>
    SetAside,

    /// <summary>The object, which nothing needs, is deleted.</summary>
    DeleteObject,

    /// <summary>The upload that was cut short is aborted.</summary>
    AbortUpload,

    /// <summary>The missing entry is written.</summary>
    WriteEntry,

    /// <summary>The index goes aside; the next mount makes a new one from marks, content and store.</summary>
    SetIndexAside,
}
