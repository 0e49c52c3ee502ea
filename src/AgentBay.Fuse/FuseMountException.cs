namespace AgentBay.Fuse;

/// <summary>Why a mount or an unmount failed.</summary>
public enum FuseMountError
{
    /// <summary>No /dev/fuse, or no fusermount3 where one is needed.</summary>
    FuseMissing,
    NotPermitted,
    PathMissing,
    NotADirectory,

    /// <summary>A FUSE filesystem is mounted there already, alive or dead.</summary>
    AlreadyMounted,

    /// <summary>Unmounting: a program has a file or its working directory there.</summary>
    Busy,

    /// <summary>Unmounting: nothing is mounted there.</summary>
    NotMounted,
    Other,
}

/// <summary>A mount or an unmount failed; the message says what to do next.</summary>
public sealed class FuseMountException(FuseMountError kind, string message) : IOException(message)
{
    public FuseMountError Kind { get; } = kind;
}
