namespace AgentBay.Fs.Checking;

/// <summary>What fsck finds. The names are what <c>fsck --json</c> prints, in kebab case: they stay as they are.</summary>
public enum FindingClass
{
    /// <summary>A change here waits for the next mount to upload it.</summary>
    Pending,

    /// <summary>Another session or tool changed or deleted the object: the next look shows it.</summary>
    ChangedElsewhere,

    /// <summary>Changed here and in the store: the next mount keeps both.</summary>
    Conflict,

    /// <summary>The object of a file that is whole here is gone from the store.</summary>
    ObjectMissing,

    /// <summary>The bytes of a placeholder are nowhere any more.</summary>
    BytesLost,

    /// <summary>A file without bytes and without the mark that says where they are.</summary>
    MarkLost,

    /// <summary>A placeholder that the index does not know.</summary>
    MarkWithoutRow,

    /// <summary>The index says that the bytes are here, the mark that they are not; or the other way round.</summary>
    RowDisagrees,

    /// <summary>The file differs from its row though the mirror says that nothing is pending.</summary>
    EditedUnnoticed,

    /// <summary>The bytes changed and size and times did not.</summary>
    BitRot,

    /// <summary>The index knows a name that the mirror lost.</summary>
    FileMissing,

    /// <summary>The index knows a name that is neither here nor in the store.</summary>
    StaleRow,

    /// <summary>The creation of an object was not confirmed.</summary>
    Unconfirmed,

    /// <summary>The file's key would be longer than the store takes.</summary>
    NameTooLong,

    /// <summary>A key that no name has.</summary>
    UndecodableKey,

    /// <summary>An object whose name a folder has: it shows under another one.</summary>
    ShadowedKey,

    /// <summary>A copy that a swap of files left in the store.</summary>
    StaleCopy,

    /// <summary>An upload in parts that was never ended.</summary>
    StaleUpload,

    /// <summary>Files that were being made when the mount was killed; opening the mirror removes them.</summary>
    StaleStaging,

    /// <summary>The context's record cannot be read, is missing, or says that a deletion or a clear was cut short.</summary>
    Record,

    /// <summary>Name and record of a context do not say the same.</summary>
    NameEntry,

    /// <summary>The store has no id, or another one than the mirror knows.</summary>
    StoreIdentity,

    /// <summary>The mirror is of the context as it was before it was cleared.</summary>
    OtherEpoch,

    /// <summary>The index cannot be read.</summary>
    IndexCorrupt,
}
