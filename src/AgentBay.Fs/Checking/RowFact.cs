namespace AgentBay.Fs.Checking;

/// <summary>What the index says of a path.</summary>
public enum RowFact
{
    None,

    /// <summary>An object was about to be created, and nobody noted what became of it.</summary>
    Intent,

    /// <summary>The bytes are here.</summary>
    Present,

    /// <summary>The bytes are in the store only.</summary>
    Placeholder,

    /// <summary>A download had begun.</summary>
    Hydrating,
}
