using AgentBay.Fs.Indexing;
using AgentBay.Fs.Policies;

namespace AgentBay.Fs.Sync;

/// <summary>One path with its baseline and its mirror side; the store is taken to be as the baseline says, which every write's condition checks.</summary>
/// <param name="Key">Where the path goes in the store (of its present kind, or of its row's when it is gone).</param>
/// <param name="NeedsMarker">Of a folder.</param>
public sealed record PathState(TreePath Path, string Key, BaselineRow? Row, LocalView Local, bool NeedsMarker = false)
{
    public PathRules Rules { get; init; }
}
