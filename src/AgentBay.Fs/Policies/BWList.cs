namespace AgentBay.Fs.Policies;

/// <summary>Which paths are synced; without white lists, all.</summary>
public sealed record BWList
{
    public IReadOnlyList<WhiteList> WhiteLists { get; init; } = [];
}
