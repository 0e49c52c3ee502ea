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

    /// <summary>What the store keeps of the context cannot be read.</summary>
    Corrupt,
}
