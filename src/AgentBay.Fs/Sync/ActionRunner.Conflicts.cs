using System.Security.Cryptography;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Policies;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Sync;

/// <summary>The store holds another version than the baseline: our own whose answer was lost, an equal one, or another session's.</summary>
internal sealed partial class ActionRunner
{
    /// <param name="hash">Of the mirror's content, where there is any.</param>
    private async Task<ActionOutcome> OnOtherVersionAsync(SyncAction action, string? hash, CancellationToken cancellationToken)
    {
        RemoteObject? remote = await placer.DescribeAsync(action.Key, cancellationToken);
        LocalEntry? entry = action.Local.Entry;
        if (hash is not null && entry is { Kind: EntryKind.File } file && remote is { Description: { Kind: EntryKind.File, Sha256: null } } && remote.Version.Size == file.Size)
        {
            remote = await HashedAsync(remote, cancellationToken);
        }

        string? known = action.Row is { IsIntent: false } row ? row.OperationId : null;
        bool ours = remote is not null && mirror.Operations.IsOursAfter(remote.Description.OperationId, action.Key, known);
        bool equal = remote is not null && hash is not null && (remote.Description.Sha256 == hash || (remote.LinkTarget is { } target && ContentHash.Of(target) == hash));
        if (remote is null && action.Kind == ActionKind.UploadAttributes && mirror.Placeholders.TryGet(entry!.Value.Identity.Inode, out _))
        {
            // Deleted there, and no bytes here to keep it with.
            return await placer.RemoveAsync(action.Path, action.Local) ? ActionOutcome.Done : ActionOutcome.LookAgain;
        }

        if (remote is null || ours || equal)
        {
            return await AdoptAsync(action, remote);
        }

        PathRules rules = mirror.Rules.Of(action.Path);
        switch (Reconciler.Decide(rules, action.Row is { IsIntent: false }, action.Local.Change, RemoteChange.Changed))
        {
            case Decision.Release:
                return await ReleaseAsync(action.Row!);
            case Decision.Place when files.TryStat(action.Path.Parent) is not { Kind: EntryKind.Folder }:
                // Its folder is gone here too; both come back when the folder above is next compared with the store.
                return await ForgetAsync(action);
            case Decision.Place:
                return await placer.PlaceAsync(action.Path, remote, null, cancellationToken) ? ActionOutcome.Done : ActionOutcome.LookAgain;
            case Decision.Replace:
                return await placer.PlaceAsync(action.Path, remote, action.Local, cancellationToken) ? ActionOutcome.Done : ActionOutcome.LookAgain;
            default:
                await KeepBothAsync(action, remote, cancellationToken);
                return ActionOutcome.LookAgain;
        }
    }

    /// <summary>Other tools do not say what their objects hold: one of equal size is read.</summary>
    private async Task<RemoteObject> HashedAsync(RemoteObject remote, CancellationToken cancellationToken)
    {
        await using ObjectContent? content = await store.GetAsync(remote.Key, range: null, ifMatch: null, cancellationToken);
        return content is null || content.Info.ETag != remote.Version.ETag
            ? remote
            : remote with { Description = remote.Description with { Sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content.Body, cancellationToken)) } };
    }

    /// <summary>Takes the store's version as the baseline; what the mirror has beyond it is seen as a change at the next look.</summary>
    private async Task<ActionOutcome> AdoptAsync(SyncAction action, RemoteObject? remote)
    {
        bool inPlace = remote is not null && action.Local.Entry is { } here && mirror.Placeholders.TryGet(here.Identity.Inode, out PlaceholderMark? mark) && mark.Key == action.Key
            && TryMoveMark(action.Path, here.Identity, mark with { ETag = remote.Version.ETag });
        IndexChange change = (remote, action.Local.Entry, action.Row) switch
        {
            (null, null, _) => IndexChange.Forget(action.Path),
            (null, _, null) => IndexChange.Forget(action.Path),
            // Deletion against edit keeps the edit: the next look creates the object anew.
            (null, _, { } row) => IndexChange.Put(row with { Remote = null, OperationId = null }),
            (_, null, { } row) => IndexChange.Put(row with { Remote = remote.Version, OperationId = remote.Description.OperationId }),
            (_, { } entry, _) => IndexChange.Put(
                BaselineRows.Of(action.Path, action.Key, entry, remote.Version, HashOf(remote), remote.Description.OperationId, FormatXattrs(remote), BaselineState.Hydrating) with
                {
                    Identity = inPlace ? entry.Identity : default, // Which bytes this inode holds is judged by content.
                    CtimeNs = 0,
                    Kind = remote.Description.Kind,
                    Size = remote.Version.Size,
                    MtimeNs = remote.Description.Attributes.MtimeNs,
                    Mode = remote.Description.Attributes.Mode,
                    Uid = remote.Description.Attributes.Uid ?? entry.Uid,
                    Gid = remote.Description.Attributes.Gid ?? entry.Gid,
                }),
            (_, null, null) => IndexChange.Forget(action.Path),
        };
        await mirror.Index.ApplyAsync(change);
        mirror.Acks.Acknowledged(action.Path);
        return ActionOutcome.LookAgain;
    }

    /// <summary>
    /// Neither version is lost: the store's is copied to the conflict name, create-only, and then the mirror's goes up over exactly the
    /// version that was copied.
    /// </summary>
    private async Task KeepBothAsync(SyncAction action, RemoteObject remote, CancellationToken cancellationToken)
    {
        if (await FindKeptAsync(action.Path, remote, cancellationToken) is { } there && mirror.Keys.TryPath(there.Key, out TreePath before, out _))
        {
            await AcceptBothAsync(action, remote, before, there, cancellationToken);
            return;
        }

        for (int n = 0; ; n++)
        {
            TreePath other = action.Path.Parent.Append(ConflictName.Make(action.Path.Name, mirror.Options.Time.GetUtcNow(), n));
            string key = mirror.Keys.For(other, folder: false);
            if (files.TryStat(other) is not null || mirror.Index.Find(other) is not null)
            {
                continue;
            }

            PutResult? copy;
            try
            {
                copy = await store.CopyAsync(action.Key, key, new CopyOptions { SourceIfMatch = remote.Version.ETag, ExpectedSize = remote.Version.Size, Condition = PutCondition.Absent }, cancellationToken);
            }
            catch (StoreException error) when (error.Kind == StoreErrorKind.PreconditionFailed && n < 100)
            {
                if (await store.HeadAsync(key, cancellationToken) is not null)
                {
                    continue;
                }

                return; // The store's version changed once more: the next look sees it.
            }

            mirror.Options.Faults.Reach("Conflict.copied");
            if (copy is not null && await placer.DescribeAsync(key, cancellationToken) is { } kept && kept.Version.Size == remote.Version.Size)
            {
                await AcceptBothAsync(action, remote, other, kept, cancellationToken);
            }

            return;
        }
    }

    private async Task AcceptBothAsync(SyncAction action, RemoteObject remote, TreePath other, RemoteObject kept, CancellationToken cancellationToken)
    {
        if (files.TryStat(other) is null)
        {
            await placer.PlaceAsync(other, kept, null, cancellationToken);
        }

        _ = await AdoptAsync(action, remote);
        Log.Conflict(mirror.Logger, action.Path.ToString(), other.ToString());
    }

    /// <summary>
    /// The copy of this version that a conflict made which a kill or a lost answer cut short: then no second one is made.
    /// </summary>
    private async Task<RemoteObject?> FindKeptAsync(TreePath path, RemoteObject remote, CancellationToken cancellationToken)
    {
        string prefix = mirror.Keys.For(path.Parent.Append(ConflictName.BeginOf(path.Name)), folder: false);
        await foreach (ObjectInfo copy in store.ListAllAsync(prefix, cancellationToken))
        {
            if (copy.Size == remote.Version.Size && mirror.Keys.TryPath(copy.Key, out TreePath other, out _) && ConflictName.TryParse(other.Name, out ConflictName name) && name.IsOf(path.Name)
                && await placer.DescribeAsync(copy.Key, cancellationToken) is { } kept && IsCopyOf(kept, remote))
            {
                return kept;
            }
        }

        return null;
    }

    private static bool IsCopyOf(RemoteObject copy, RemoteObject original) =>
        copy.Version.ETag == original.Version.ETag || (HashOf(copy) is { } hash && hash == HashOf(original));

    private static string? HashOf(RemoteObject remote) => remote.LinkTarget is { } target ? ContentHash.Of(target) : remote.Description.Sha256;

    private static string FormatXattrs(RemoteObject remote) => BaselineRows.TextOf(remote.Description.Attributes.Xattrs);
}
