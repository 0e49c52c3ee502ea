using AgentBay.Fs.Policies;

namespace AgentBay.Fs.Mirror;

/// <summary>
/// The border of the white lists. INVARIANT: no placeholder leaves it: outside it nothing is asked of the store, and what is moved out
/// loses its object.
/// </summary>
internal sealed class BorderGuard(OpenMirror mirror)
{
    private readonly PathFilter filter = mirror.Rules.Filter;

    /// <summary>Whether a rename (or a link) would take a placeholder out of the white lists.</summary>
    public bool WouldStrand(TreePath from, TreePath to)
    {
        if (filter.IsEverything || mirror.Placeholders.Count == 0 || (filter.IsSynced(to) && filter.IsUniformUnder(to)))
        {
            return false;
        }

        var waiting = new Stack<TreePath>([from]);
        while (waiting.TryPop(out TreePath path))
        {
            if (mirror.Files.TryStat(path) is not { } entry)
            {
                continue;
            }

            if (entry.Kind == EntryKind.File && !filter.IsSynced(path.Rebase(from, to)) && mirror.Placeholders.TryGet(entry.Identity.Inode, out _))
            {
                return true;
            }

            foreach ((TreePath child, _) in entry.Kind == EntryKind.Folder ? mirror.Files.ReadFolder(path) ?? [] : [])
            {
                waiting.Push(child);
            }
        }

        return false;
    }
}
