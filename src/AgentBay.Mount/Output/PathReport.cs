using AgentBay.Fs.Sync;

namespace AgentBay.Mount.Output;

/// <summary>What <c>status --json</c> says of one path in a mount. These names stay as they are.</summary>
/// <param name="Name">Below the mount point.</param>
/// <param name="State">synced, pending, local-only, conflict or failed.</param>
/// <param name="IsHere">Its bytes are on this disk.</param>
/// <param name="PendingBelow">Of a folder: how many names below it wait.</param>
/// <param name="Rule">What decides whether it is synced.</param>
/// <param name="Conflicts">Names of the store's versions that were kept beside it.</param>
internal sealed record PathReport(string Name, string State, bool IsHere, DateTimeOffset? PendingSince, int PendingBelow, string? Rule, string? LastError, IReadOnlyList<string> Conflicts)
{
    internal static PathReport From(string name, PathStatus status) =>
        new(name, status.Word, status.IsHere, status.PendingSince, status.PendingBelow, status.Rule, status.LastError, status.Conflicts);
}
