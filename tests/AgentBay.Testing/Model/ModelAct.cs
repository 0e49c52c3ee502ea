namespace AgentBay.Testing.Model;

/// <summary>What a random sequence may do. The numbers of a <see cref="ModelOp"/> choose on what, modulo what there is.</summary>
public enum ModelAct
{
    Write,
    Append,
    Rename,
    RenameOver,
    RenameFolder,
    Exchange,
    Delete,
    MakeFolder,
    RemoveFolder,
    RemoveTree,
    Link,
    Symlink,
    ChangeMode,
    SetXattr,
    SetTime,
    Read,

    /// <summary>A file is opened for writing, written to, and stays open.</summary>
    Hold,
    Release,
    Fsync,
    FsyncFolder,
    Flush,

    /// <summary>One pass of the background write-back.</summary>
    WriteBack,
    Download,
    Remount,

    /// <summary>Everything stored, then a machine that has never seen the context.</summary>
    MoveToNewMachine,
    Kill,

    /// <summary>A store call of the following work fails, before its effect or after.</summary>
    FailStore,

    /// <summary>The process dies at a named step of the following work.</summary>
    KillAtStep,

    /// <summary>Another session or tool changes the store, while this one may have changed the same path.</summary>
    Foreign,
}
