namespace AgentBay.Testing.Model;

/// <summary>What a policy makes different.</summary>
public sealed record ModelPolicy
{
    /// <summary>The paths that it keeps from the store.</summary>
    public Func<string, bool> IsLocalOnly { get; init; } = _ => false;

    /// <summary>False: nothing goes up but by a flush.</summary>
    public bool Uploads { get; init; } = true;

    /// <summary>False: the store's names appear only when they are asked for.</summary>
    public bool Downloads { get; init; } = true;

    /// <summary>A deletion here is none in the store: what was deleted comes back when the store is next looked at.</summary>
    public bool KeepsDeleted { get; init; }
}
