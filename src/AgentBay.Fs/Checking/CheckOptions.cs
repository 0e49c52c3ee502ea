namespace AgentBay.Fs.Checking;

/// <summary>How a context is checked.</summary>
public sealed record CheckOptions
{
    /// <summary>Mends what can be mended without destroying the only copy of anything.</summary>
    public bool Repair { get; init; }

    /// <summary>Reads every file of the mirror and compares its hash, not only sizes and times.</summary>
    public bool Content { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
