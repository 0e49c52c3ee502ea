using AgentBay.Fs.Indexing;
using AgentBay.Fs.Mirror;

namespace AgentBay.Fs.Sync;

/// <summary>
/// Makes the upload side of a plan. Pure. Every copy out of a key comes before anything that overwrites or deletes it; a
/// folder's marker is written before its last child goes; one upload serves all names of an inode.
/// </summary>
public static class Planner
{
    /// <param name="asideKey">Names a temporary key for the n-th swap.</param>
    public static SyncPlan Plan(IReadOnlyList<PathState> states, Func<int, string> asideKey)
    {
        var actions = new List<SyncAction>();
        var after = new List<HashSet<int>>();
        foreach (PathState state in states)
        {
            Add(state, actions, after);
        }

        KeepBytesThatLeave(states, actions);
        LinkNamesOfOneInode(actions, after);
        OrderMarkersBeforeDeletions(actions, after);
        OrderDeletionsAfterNewNames(actions, after);
        OrderCopiesBeforeDestroyers(actions, after, asideKey);
        return new SyncPlan(actions, after.Select(set => (IReadOnlyList<int>)set.Order().ToList()).ToList());
    }

    private static void Add(PathState state, List<SyncAction> actions, List<HashSet<int>> after)
    {
        (BaselineRow? row, LocalView local) = (state.Row, state.Local);
        if (state.Rules.LocalOnly && local.Entry is not null)
        {
            return;
        }

        bool staysInStore = state.Rules.LocalOnly || state.Rules.KeepsDeleted;
        bool otherKind = row is not null && local.Entry is { } entry && (row.Kind == EntryKind.Folder) != (entry.Kind == EntryKind.Folder);
        if (otherKind)
        {
            // A file became a folder or the reverse: two objects ("a" and "a/"), the old one goes first.
            if (!staysInStore)
            {
                Push(new SyncAction { Kind = ActionKind.Delete, Path = state.Path, Key = row!.Key, Row = row, Local = local, KeepRow = true });
            }

            Create(state with { Row = null }, staysInStore ? null : actions.Count - 1);
        }
        else if (local.Entry is null)
        {
            if (row is not null && KindForAbsent(row, staysInStore) is { } kind)
            {
                Push(new SyncAction { Kind = kind, Path = state.Path, Key = row.Key, Row = row, Local = local });
            }
        }
        else
        {
            Create(state, null);
        }

        void Create(PathState state, int? goesAfter)
        {
            SyncAction? action = ForPresent(state);
            if (action is not null)
            {
                Push(action);
                if (goesAfter is int first)
                {
                    after[^1].Add(first);
                }
            }
        }

        void Push(SyncAction action)
        {
            actions.Add(action);
            after.Add([]);
        }
    }

    private static ActionKind? KindForAbsent(BaselineRow row, bool staysInStore) => row switch
    {
        { State: BaselineState.Released } => null,
        { IsIntent: true } => staysInStore ? ActionKind.Forget : ActionKind.Delete,
        _ when staysInStore => ActionKind.Release,
        { Remote: null } => ActionKind.Forget,
        _ => ActionKind.Delete,
    };

    /// <summary>A file that was moved out of the white lists.</summary>
    private static void KeepBytesThatLeave(IReadOnlyList<PathState> states, List<SyncAction> actions)
    {
        ILookup<FileIdentity, TreePath> outside = states
            .Where(state => state is { Rules.LocalOnly: true, Local.Entry.Kind: EntryKind.File })
            .ToLookup(state => state.Local.Entry!.Value.Identity, state => state.Path);
        for (int i = 0; i < actions.Count; i++)
        {
            if (actions[i] is { Kind: ActionKind.Delete, Row: { Kind: EntryKind.File } row } && outside[row.Identity].ToList() is [var path, ..])
            {
                actions[i] = actions[i] with { KeptAt = path };
            }
        }
    }

    private static SyncAction? ForPresent(PathState state)
    {
        (BaselineRow? row, LocalView local) = (state.Row, state.Local);
        var action = new SyncAction { Kind = ActionKind.Upload, Path = state.Path, Key = row?.Key ?? state.Key, Row = row, Local = local, NeedsMarker = state.NeedsMarker };
        if (local.Entry!.Value.Kind == EntryKind.Folder)
        {
            return local.Change == LocalChange.Same && (!state.NeedsMarker || row?.Remote is not null) ? null : action with { Kind = ActionKind.PutFolder };
        }

        switch (local.Change)
        {
            case LocalChange.Same:
                return row is not null && row.CtimeNs != local.Entry.Value.CtimeNs ? action with { Kind = ActionKind.Refresh } : null;
            case LocalChange.Attributes:
                return action with { Kind = ActionKind.UploadAttributes };
            default:
                if (local.Mark is { } mark)
                {
                    return action with { Kind = ActionKind.Copy, SourceKey = mark.Key, SourceETag = mark.ETag, SourceSha256 = local.Sha256 };
                }

                return local.Origin is { Remote: not null } origin
                    ? action with { Kind = ActionKind.Copy, SourceKey = origin.Key, SourceETag = origin.Remote.ETag, SourceSha256 = origin.Sha256 }
                    : action;
        }
    }

    private static void LinkNamesOfOneInode(List<SyncAction> actions, List<HashSet<int>> after)
    {
        var first = new Dictionary<FileIdentity, int>();
        for (int i = 0; i < actions.Count; i++)
        {
            if (actions[i] is { Kind: ActionKind.Upload, Local.Entry: { Kind: EntryKind.File, Links: > 1 } entry } && !first.TryAdd(entry.Identity, i))
            {
                int source = first[entry.Identity];
                actions[i] = actions[i] with { Kind = ActionKind.Copy, SourcePath = actions[source].Path };
                after[i].Add(source);
            }
        }
    }

    private static void OrderMarkersBeforeDeletions(List<SyncAction> actions, List<HashSet<int>> after)
    {
        var markers = new Dictionary<TreePath, int>();
        for (int i = 0; i < actions.Count; i++)
        {
            if (actions[i] is { Kind: ActionKind.PutFolder, NeedsMarker: true })
            {
                markers[actions[i].Path] = i;
            }
        }

        for (int i = 0; i < actions.Count; i++)
        {
            if (actions[i].Kind == ActionKind.Delete && markers.TryGetValue(actions[i].Path.Parent, out int marker))
            {
                after[i].Add(marker);
            }
        }
    }

    /// <summary>An inode's old name goes when its new one is in the store: at no moment has the store neither.</summary>
    private static void OrderDeletionsAfterNewNames(List<SyncAction> actions, List<HashSet<int>> after)
    {
        var written = Enumerable.Range(0, actions.Count)
            .Where(i => actions[i] is { Kind: ActionKind.Upload or ActionKind.Copy, Local.Entry: not null })
            .ToLookup(i => actions[i].Local.Entry!.Value.Identity);
        for (int i = 0; i < actions.Count; i++)
        {
            if (actions[i] is { Kind: ActionKind.Delete, Row: { } row })
            {
                after[i].UnionWith(written[row.Identity]);
            }
        }
    }

    private static void OrderCopiesBeforeDestroyers(List<SyncAction> actions, List<HashSet<int>> after, Func<int, string> asideKey)
    {
        var destroyers = new Dictionary<string, List<int>>();
        for (int i = 0; i < actions.Count; i++)
        {
            if (actions[i].Kind is ActionKind.Upload or ActionKind.Copy or ActionKind.UploadAttributes or ActionKind.Delete)
            {
                (destroyers.TryGetValue(actions[i].Key, out List<int>? list) ? list : destroyers[actions[i].Key] = []).Add(i);
            }
        }

        for (int i = 0; i < actions.Count; i++)
        {
            foreach (int destroyer in SourceDestroyers(i))
            {
                after[destroyer].Add(i);
            }
        }

        int asides = 0;
        while (FindCycle(after) is { } cycle)
        {
            // In a ring of moves each copy waits for the next one's: one of them takes its bytes from elsewhere, at best from the mirror.
            int broken = cycle.Where(i => actions[i] is { Kind: ActionKind.Copy, SourceKey: not null }).MinBy(i => actions[i].Local.Mark is null ? 0 : 1);
            List<int> waiting = SourceDestroyers(broken).ToList();
            waiting.ForEach(destroyer => after[destroyer].Remove(broken));
            SyncAction copy = actions[broken];
            if (copy.Local.Mark is null)
            {
                actions[broken] = copy with { Kind = ActionKind.Upload, SourceKey = null, SourceETag = null, SourceSha256 = null };
                continue;
            }

            string aside = asideKey(asides++);
            actions.Add(copy with { Kind = ActionKind.CopyAside, Key = aside });
            after.Add([]);
            waiting.ForEach(destroyer => after[destroyer].Add(actions.Count - 1));
            actions[broken] = copy with { SourceKey = aside, SourceETag = null };
            after[broken].Add(actions.Count - 1);
        }

        IEnumerable<int> SourceDestroyers(int copy) =>
            actions[copy] is { Kind: ActionKind.Copy, SourceKey: { } source } && destroyers.TryGetValue(source, out List<int>? list) ? list.Where(i => i != copy) : [];
    }

    /// <returns>The members of one cycle, or null when there is none.</returns>
    private static List<int>? FindCycle(List<HashSet<int>> after)
    {
        var state = new byte[after.Count]; // 0 not seen, 1 on the path, 2 done
        var path = new Stack<(int Node, IEnumerator<int> Next)>();
        for (int start = 0; start < after.Count; start++)
        {
            if (state[start] != 0)
            {
                continue;
            }

            state[start] = 1;
            path.Push((start, after[start].GetEnumerator()));
            while (path.Count > 0)
            {
                (int node, IEnumerator<int> next) = path.Peek();
                if (!next.MoveNext())
                {
                    state[node] = 2;
                    path.Pop();
                    continue;
                }

                int child = next.Current;
                if (state[child] == 1)
                {
                    return [child, .. path.Select(step => step.Node).TakeWhile(member => member != child)];
                }

                if (state[child] == 0)
                {
                    state[child] = 1;
                    path.Push((child, after[child].GetEnumerator()));
                }
            }
        }

        return null;
    }
}
