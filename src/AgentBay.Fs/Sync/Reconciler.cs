using AgentBay.Fs.Policies;

namespace AgentBay.Fs.Sync;

/// <summary>What brings the three states of a path together.</summary>
public enum Decision
{
    Nothing,

    /// <summary>Mirror → store: content (or a copy of an object that has it).</summary>
    Upload,

    /// <summary>Mirror → store: attributes only.</summary>
    UploadAttributes,

    DeleteRemote,

    /// <summary>Store → mirror: a placeholder where there is nothing.</summary>
    Place,

    /// <summary>Store → mirror: a placeholder instead of a clean file.</summary>
    Replace,

    DeleteLocal,

    /// <summary>Gone on both sides: only the baseline is written.</summary>
    Forget,

    /// <summary>Gone here, and no matter of the store's: the row says so, and the object is as if it had not been seen yet.</summary>
    Release,

    /// <summary>Both changed: both versions are kept, unless they turn out to be equal.</summary>
    Conflict,
}

/// <summary>Decides for one path from its three states and its rules. Pure: the same ones always give the same decision.</summary>
public static class Reconciler
{
    /// <param name="rules">What the policy says of the path.</param>
    /// <param name="hasBaseline">Without one, local is <see cref="LocalChange.Absent"/> or <see cref="LocalChange.Content"/> and remote is <see cref="RemoteChange.Absent"/> or <see cref="RemoteChange.Changed"/>.</param>
    public static Decision Decide(PathRules rules, bool hasBaseline, LocalChange local, RemoteChange remote)
    {
        Decision decision = Decide(hasBaseline, local, remote);
        return (rules, local, decision) switch
        {
            // Local-only: neither side is judged by the other; a row that has lost its file must not look like a deletion later.
            ({ LocalOnly: true }, LocalChange.Absent, _) when hasBaseline => Decision.Release,
            ({ LocalOnly: true }, _, _) => Decision.Nothing,

            ({ KeepsDeleted: true }, _, Decision.DeleteRemote) => Decision.Release,

            // Not asked for: what the store has stays there, and what is here stays as it is.
            ({ HidesNew: true }, LocalChange.Absent, Decision.Place) => hasBaseline ? Decision.Release : Decision.Nothing,
            ({ HidesNew: true }, LocalChange.Same, Decision.Replace or Decision.DeleteLocal) => Decision.Nothing,

            _ => decision,
        };
    }

    private static Decision Decide(bool hasBaseline, LocalChange local, RemoteChange remote) => (hasBaseline, local, remote) switch
    {
        (false, LocalChange.Absent, RemoteChange.Absent) => Decision.Nothing,
        (false, LocalChange.Absent, RemoteChange.Changed) => Decision.Place,
        (false, LocalChange.Content, RemoteChange.Absent) => Decision.Upload,
        (false, LocalChange.Content, RemoteChange.Changed) => Decision.Conflict,

        (true, LocalChange.Same, RemoteChange.Same) => Decision.Nothing,
        (true, LocalChange.Same, RemoteChange.Changed) => Decision.Replace,
        (true, LocalChange.Same, RemoteChange.Absent) => Decision.DeleteLocal,

        (true, LocalChange.Attributes, RemoteChange.Same) => Decision.UploadAttributes,
        (true, LocalChange.Attributes, RemoteChange.Changed) => Decision.Replace, // The newer content brings its own attributes.
        (true, LocalChange.Attributes, RemoteChange.Absent) => Decision.DeleteLocal,

        (true, LocalChange.Content, RemoteChange.Same) => Decision.Upload,
        (true, LocalChange.Content, RemoteChange.Changed) => Decision.Conflict,
        (true, LocalChange.Content, RemoteChange.Absent) => Decision.Upload,      // Deletion against edit keeps the edit.

        (true, LocalChange.Absent, RemoteChange.Same) => Decision.DeleteRemote,
        (true, LocalChange.Absent, RemoteChange.Changed) => Decision.Place,       // Likewise.
        (true, LocalChange.Absent, RemoteChange.Absent) => Decision.Forget,

        _ => throw new ArgumentException($"baseline: {hasBaseline}, local: {local}, remote: {remote} is not a state a path can be in."),
    };
}
