using System.Text;
using AgentBay.Fs.Mirror;

namespace AgentBay.Fs.Sync;

/// <summary>Says of one path how it stands with the store, from what is known here: nothing is asked of the network.</summary>
internal sealed class PathInspector(OpenMirror mirror, SyncEngine engine)
{
    /// <returns>Null when there is no such path.</returns>
    public PathStatus? Look(TreePath path)
    {
        LocalEntry? entry = path.IsRoot ? null : mirror.Files.TryStat(path);
        if (entry is null && !path.IsRoot && engine.ErrorOf(path) is null && !mirror.Journal.Notes(path))
        {
            return null; // One that was deleted here and is not yet in the store is something to be asked for.
        }

        if (entry is { Kind: EntryKind.Special })
        {
            return new PathStatus(PathSyncState.LocalOnly) { Rule = "FIFOs, sockets and devices live in the mirror only" };
        }

        string? rule = mirror.Rules.Filter.RuleOf(path);
        if (!path.IsRoot && mirror.Rules.Of(path).LocalOnly)
        {
            return new PathStatus(PathSyncState.LocalOnly) { Rule = rule };
        }

        string[] conflicts = [.. ConflictsOf(path, entry)];
        (DateTimeOffset? since, int below) = Waiting(path, entry);
        string? error = engine.ErrorOf(path);
        PathSyncState state = error is not null ? PathSyncState.Failed
            : since is not null || below > 0 ? PathSyncState.Pending
            : conflicts.Length > 0 || ConflictName.TryParse(path.Name, out _) || mirror.Keys.IsShadowed(path) ? PathSyncState.Conflict
            : PathSyncState.Synced;
        return new PathStatus(state)
        {
            IsHere = entry is not { Kind: EntryKind.File } file || !mirror.Placeholders.TryGet(file.Identity.Inode, out _),
            PendingSince = since,
            PendingBelow = below,
            Rule = state == PathSyncState.Pending && !mirror.Rules.Uploads ? "uploaded only when agentbay-mount sync asks for it" : rule,
            LastError = error ?? ((entry ?? mirror.Files.TryStat(path)) is { } read ? mirror.ReadFailures.Of(read.Identity.Inode) : null),
            Conflicts = conflicts,
        };
    }

    private (DateTimeOffset? Since, int Below) Waiting(TreePath path, LocalEntry? entry)
    {
        DateTimeOffset? since = null;
        int below = 0;
        foreach ((TreePath name, JournalEntry noted) in mirror.Journal.Read(out _))
        {
            if (name == path || (noted.WithTree && path.IsAtOrUnder(name)))
            {
                since = since < noted.Since ? since : noted.Since;
            }
            else if (name.IsAtOrUnder(path))
            {
                below++;
            }
        }

        return entry is { Kind: EntryKind.File } file && mirror.Journal.MayBeWritten(file.Identity.Inode)
            ? (since ?? mirror.Options.Time.GetUtcNow(), below)
            : (since, below);
    }

    private IEnumerable<string> ConflictsOf(TreePath path, LocalEntry? entry)
    {
        if (entry is null or { Kind: EntryKind.Folder })
        {
            yield break;
        }

        byte[] name = path.Name.ToArray();
        foreach ((TreePath sibling, _) in mirror.Files.ReadFolder(path.Parent) ?? [])
        {
            if (ConflictName.TryParse(sibling.Name, out ConflictName conflict) && conflict.IsOf(name))
            {
                yield return Encoding.UTF8.GetString(sibling.Name);
            }
        }
    }
}
