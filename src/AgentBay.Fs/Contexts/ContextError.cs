namespace AgentBay.Fs.Contexts;

/// <summary>Why a context cannot be had as asked.</summary>
public enum ContextError
{
    /// <summary>The name is not one that a context may have.</summary>
    InvalidName,

    /// <summary>Another context has the name.</summary>
    NameTaken,

    /// <summary>There is no such context, or no longer.</summary>
    NotFound,

    /// <summary>A deletion has begun, and ends only when it is asked for again and succeeds.</summary>
    BeingDeleted,

    /// <summary>A clear has begun, and ends when whoever does it is done, or it is asked for again.</summary>
    BeingCleared,

    /// <summary>It was cleared since: what is here belongs to the time before.</summary>
    Cleared,

    /// <summary>A path that no file of a context can have.</summary>
    InvalidPath,

    /// <summary>A page of a list that there cannot be.</summary>
    InvalidPage,

    /// <summary>There is no such file or folder in the context.</summary>
    NoSuchFile,

    /// <summary>A folder, a file or a symbolic link is there where another kind is wanted.</summary>
    WrongKind,

    /// <summary>What the store keeps of the context cannot be read.</summary>
    Corrupt,
}
