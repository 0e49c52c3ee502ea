namespace AgentBay.Fs.Checking;

/// <summary>What the store holds of a path: of a placeholder the object that its mark names, else the one that the row knows.</summary>
public enum RemoteFact
{
    Absent,
    Same,

    /// <summary>Another version; any, where there is no row.</summary>
    Changed,
}
