namespace AgentBay.Fs.Policies;

/// <summary>What a policy says of one path. The default: synced both ways, deletions included.</summary>
public readonly record struct PathRules
{
    /// <summary>Outside the white lists: lives in the mirror, is never judged, and what the store has there is hidden.</summary>
    public bool LocalOnly { get; init; }

    /// <summary>A deletion here stays here: the store keeps the object, and the next mount shows it again.</summary>
    public bool KeepsDeleted { get; init; }

    /// <summary>What the store has that is not here does not appear until it is asked for.</summary>
    public bool HidesNew { get; init; }
}
