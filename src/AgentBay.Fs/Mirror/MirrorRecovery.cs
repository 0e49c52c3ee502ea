using System.Globalization;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Policies;
using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Mirror;

/// <summary>Brings the tables in memory to what the disk says when a mirror is opened.</summary>
internal static class MirrorRecovery
{
    /// <param name="bootId">Of now; null where the system does not say.</param>
    public static MirrorEnd EndOf(BaselineIndex index, string? bootId) =>
        index.GetMeta(IndexMeta.Clean) == "1" ? MirrorEnd.Clean
        : index.GetMeta(IndexMeta.Session) is not null && (bootId is null || index.GetMeta(IndexMeta.Boot) != bootId) ? MirrorEnd.PowerLost
        : MirrorEnd.Killed;

    /// <summary>After a clean end the index is right, but for placeholders that somebody put in their place beside the mount.</summary>
    public static void LoadPlaceholders(OpenMirror mirror)
    {
        foreach (BaselineRow row in mirror.Index.Under(TreePath.Root).Where(row => row.State is not (BaselineState.Present or BaselineState.Released)))
        {
            if (mirror.Files.TryStat(row.Path) is not { } entry)
            {
                continue; // Taken away beside the mount.
            }

            // The mark knows which of a hard-linked file's objects it names, whether a download that failed or was going on at the end is done, and what a
            // file is that somebody put in the place of the row's.
            bool rowKnows = row.State == BaselineState.Placeholder && row.Identity == entry.Identity && !mirror.Placeholders.TryGet(entry.Identity.Inode, out _);
            PlaceholderMark? mark = rowKnows ? row.ToMark() : entry.Kind == EntryKind.File ? mirror.Files.ReadMark(row.Path) : null;
            if (mark is not null)
            {
                mirror.Placeholders.Set(entry.Identity.Inode, mark);
            }
        }
    }

    /// <summary>
    /// After any other end the whole mirror is compared with the baseline: what is not exactly as its row says is noted as changed, its bytes
    /// included. Marks on inodes, not rows, say what is a placeholder.
    /// </summary>
    /// <returns>How many names were noted.</returns>
    public static int CompareAll(OpenMirror mirror, LocalScanner scanner)
    {
        foreach (TreePath path in scanner.Expand(TreePath.Root))
        {
            BaselineRow? row = mirror.Index.Find(path);
            if (mirror.Files.TryStat(path) is not { } entry)
            {
                if (row is not { State: BaselineState.Released })
                {
                    mirror.Journal.NameChanged(path);
                }

                continue;
            }

            PlaceholderMark? mark = entry.Kind == EntryKind.File ? mirror.Files.ReadMark(path) : null;
            if (mark is not null)
            {
                entry = RestoreSize(mirror, path, entry, mark);
                mirror.Placeholders.Set(entry.Identity.Inode, mark);
            }

            if (mirror.Rules.Of(path).LocalOnly)
            {
                if (entry.Kind == EntryKind.File && mirror.Index.FindByInode(entry.Identity.Inode).Any(other => other.Path != path && other.Identity == entry.Identity))
                {
                    mirror.Journal.NameChanged(path); // It was moved here: its object goes only after its bytes are on the disk.
                }

                continue;
            }

            bool asRowSays = row is not null && row.Kind == entry.Kind && row.Identity == entry.Identity && scanner.HasAttributesOf(path, entry, row)
                && (entry.Kind == EntryKind.Folder || (row.CtimeNs == entry.CtimeNs && row.Size == entry.Size && row.State == (mark is null ? BaselineState.Present : BaselineState.Placeholder)));
            if (asRowSays && entry.Kind == EntryKind.Folder && row!.Remote is null && mirror.Files.ReadFolder(path) is [])
            {
                asRowSays = false; // Its last child went after its row was written: it needs its marker.
            }

            if (!asRowSays && entry.Kind == EntryKind.File)
            {
                mirror.Journal.DataChanged(path, entry.Identity.Inode);
            }
            else if (!asRowSays && entry.Kind != EntryKind.Special)
            {
                mirror.Journal.NameChanged(path);
            }
        }

        return mirror.Journal.Count;
    }

    /// <summary>The folder that the index speaks of: the same path may lead to another one later.</summary>
    public static string NameOfTree(OpenMirror mirror) =>
        mirror.Files.TryStat(TreePath.Root) is { } root ? string.Create(CultureInfo.InvariantCulture, $"{root.Identity.Inode}:{root.Identity.BirthTimeNs}") : "";

    /// <summary>What was not deleted through the mount (see <see cref="SafetyGate.BelievesAbsence"/>) is as if it had never been seen: the store's names come back.</summary>
    public static async Task ForgetWhatWasTakenAwayAsync(OpenMirror mirror, MirrorEnd end, bool sameTree)
    {
        IReadOnlyList<BaselineRow> rows = mirror.Index.Under(TreePath.Root);
        int known = rows.Count(row => row is { IsIntent: false, State: not BaselineState.Released } && row.Path.Parent.IsRoot);
        int names = mirror.Files.ReadFolder(TreePath.Root)?.Count ?? 0;
        if (SafetyGate.BelievesAbsence(end == MirrorEnd.Clean, sameTree, known, names))
        {
            return;
        }

        List<IndexChange> missing =
        [
            .. rows.Where(row => row.State != BaselineState.Released && !mirror.Rules.Of(row.Path).LocalOnly && mirror.Files.TryStat(row.Path) is null)
                .Select(row => IndexChange.Forget(row.Path)),
        ];
        if (missing.Count > 0)
        {
            await mirror.Index.ApplyAsync(missing);
            Log.TakenAway(mirror.Logger, missing.Count);
        }

        if (names == 0)
        {
            mirror.Index.SetMeta(IndexMeta.RootFilled, "0");
        }
    }

    /// <summary>
    /// Other rules than those by which the mirror was kept: what is gone here by the old ones, and was no deletion by them, is none by
    /// the new ones. Everything else is compared anew.
    /// </summary>
    public static async Task ReleaseWhatWasNotJudgedAsync(OpenMirror mirror, SyncRules before)
    {
        foreach (BaselineRow row in mirror.Index.Under(TreePath.Root))
        {
            if (before.Of(row.Path) is { LocalOnly: true } or { KeepsDeleted: true } && row is { IsIntent: false, State: not BaselineState.Released } && mirror.Files.TryStat(row.Path) is null)
            {
                await mirror.Index.ApplyAsync(IndexChange.Put(row.Released()));
            }
        }
    }

    /// <summary>A crash between "truncate" and "remove the mark": the truncation was never acknowledged.</summary>
    private static LocalEntry RestoreSize(OpenMirror mirror, TreePath path, LocalEntry entry, PlaceholderMark mark)
    {
        if (entry.Size == mark.Size)
        {
            return entry;
        }

        using (var file = mirror.Files.OpenHydrate(path, entry.Identity))
        {
            if (file is not null)
            {
                RandomAccess.SetLength(file, mark.Size);
            }
        }

        return mirror.Files.TryStat(path) ?? entry;
    }
}
