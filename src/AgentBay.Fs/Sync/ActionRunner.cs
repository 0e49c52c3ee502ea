using AgentBay.Fs.Indexing;
using AgentBay.Fs.Keys;
using AgentBay.Fs.Metadata;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fs.Sync;

/// <summary>
/// Carries out one action of a plan. Each checks first that mirror and baseline are still what it was planned on, writes under
/// a condition, and records in the index only what the store acknowledged.
/// </summary>
internal sealed partial class ActionRunner(OpenMirror mirror, TreePlacer placer)
{
    private readonly IObjectStore store = mirror.Store;
    private readonly IMirrorFiles files = mirror.Files;

    /// <summary>Bytes that the store took from here.</summary>
    public RateMeter Sent { get; } = new(mirror.Options.Time);

    /// <param name="count">Told of bytes that are in the store before the action is done.</param>
    public async Task<ActionOutcome> RunAsync(SyncAction action, ActionCount count, CancellationToken cancellationToken)
    {
        IEnumerable<string> names = action.SourcePath is { } source ? [action.Path.ToString(), source.ToString()] : [action.Path.ToString()];
        using IDisposable entered = await mirror.Locks.EnterAsync(names, cancellationToken);
        if (!IsStillAsPlanned(action))
        {
            return ActionOutcome.LookAgain;
        }

        mirror.Options.Faults.Reach($"{action.Kind}.before");
        ActionOutcome outcome = action.Kind switch
        {
            ActionKind.Upload => await UploadAsync(action, count, cancellationToken),
            ActionKind.Copy => await CopyAsync(action, count, cancellationToken),
            ActionKind.CopyAside => await CopyAsideAsync(action, cancellationToken),
            ActionKind.UploadAttributes => await UploadAttributesAsync(action, cancellationToken),
            ActionKind.PutFolder => await PutFolderAsync(action, cancellationToken),
            ActionKind.Delete => await DeleteAsync(action, cancellationToken),
            ActionKind.Refresh => await RefreshAsync(action),
            ActionKind.Forget => await ForgetAsync(action),
            ActionKind.Release => await ReleaseAsync(action.Row!),
            _ => throw new InvalidOperationException($"{action.Kind} is no action."),
        };
        mirror.Options.Faults.Reach($"{action.Kind}.after");
        return outcome;
    }

    private bool IsStillAsPlanned(SyncAction action)
    {
        // An action of this plan may have written a row of this path before (a kind that changed): only another plan's counts.
        if (!action.KeepRow && action.Kind != ActionKind.CopyAside && mirror.Index.Find(action.Path) is var row && row != action.Row && !(action.Row is null && row?.Kind != action.Local.Entry?.Kind))
        {
            return false;
        }

        LocalEntry? now = files.TryStat(action.Path);
        if (now is { Kind: EntryKind.Special })
        {
            now = null;
        }

        return action.Local.Entry is not { } planned ? now is null
            : now is { } entry && entry.Identity == planned.Identity && entry.Kind == planned.Kind
              && (entry.Kind == EntryKind.Folder || entry.CtimeNs == planned.CtimeNs || action.Kind == ActionKind.Upload || action.Local.Mark is not null);
    }

    private async Task<ActionOutcome> CopyAsync(SyncAction action, ActionCount count, CancellationToken cancellationToken)
    {
        if (IsNeededByPlaceholder(action))
        {
            return ActionOutcome.LookAgain;
        }

        LocalEntry entry = action.Local.Entry!.Value;
        (string? sourceKey, string? sourceETag, string? hash) = (action.SourceKey, action.SourceETag, action.SourceSha256);
        PlaceholderMark? mark = action.Local.Mark;
        if (mark is not null)
        {
            if (!mirror.Placeholders.TryGet(entry.Identity.Inode, out mark))
            {
                return ActionOutcome.LookAgain; // Hydrated meanwhile.
            }

            (sourceKey, sourceETag) = (mark.Key, mark.ETag);
        }
        else if (action.SourcePath is { } sourcePath)
        {
            if (mirror.Index.Find(sourcePath) is not { Remote: { } remote } source || source.Identity != entry.Identity)
            {
                return ActionOutcome.LookAgain;
            }

            (sourceKey, sourceETag, hash) = (source.Key, remote.ETag, source.Sha256);
        }

        await AbandonUploadAsync(action.Key, cancellationToken);
        string operation = await BeginWriteAsync(action);
        var options = new CopyOptions
        {
            SourceIfMatch = sourceETag,
            ExpectedSize = entry.Size,
            Condition = ConditionOf(action.Row),
            Metadata = Describe(action, entry, hash, operation).ToMetadata(),
        };
        PutResult? result;
        try
        {
            result = await store.CopyAsync(sourceKey!, action.Key, options, cancellationToken);
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.PreconditionFailed)
        {
            if (await store.HeadAsync(sourceKey!, cancellationToken) is { } source && source.ETag == sourceETag)
            {
                return await OnOtherVersionAsync(action, hash, cancellationToken);
            }

            result = null;
        }

        if (result is null)
        {
            // The source is not what the baseline said: another session replaced or deleted it.
            return mark is null ? await UploadAsync(action, count, cancellationToken) : OnSourceGone(action.Path, entry.Identity, mark);
        }

        mirror.Options.Faults.Reach("Copy.copied");
        var version = new RemoteVersion(result.ETag, entry.Size, result.LastModified);
        CopyParts(sourceKey!, sourceETag, action.Key, version);
        bool moved = mark is null || HasOtherName(entry.Identity, mark.Key) || TryMoveMark(action.Path, entry.Identity, mark with { Key = action.Key, ETag = result.ETag });
        await AcknowledgeAsync(action, entry, version, hash, operation);
        if (!moved)
        {
            return ActionOutcome.LookAgain; // Renamed meanwhile: its old key stays until the mark says another one.
        }

        if (mark is not null && ContextKeys.IsAside(mark.Key))
        {
            await store.DeleteAsync(mark.Key, null, cancellationToken);
        }

        return ActionOutcome.Done;
    }

    private async Task<ActionOutcome> CopyAsideAsync(SyncAction action, CancellationToken cancellationToken)
    {
        LocalEntry entry = action.Local.Entry!.Value;
        if (!mirror.Placeholders.TryGet(entry.Identity.Inode, out PlaceholderMark? mark))
        {
            return ActionOutcome.LookAgain;
        }

        PutResult? result;
        try
        {
            result = await store.CopyAsync(mark.Key, action.Key, new CopyOptions { SourceIfMatch = mark.ETag, ExpectedSize = mark.Size }, cancellationToken);
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.PreconditionFailed)
        {
            result = null;
        }

        if (result is null)
        {
            return OnSourceGone(action.Path, entry.Identity, mark);
        }

        mirror.Options.Faults.Reach("CopyAside.copied");
        return TryMoveMark(action.Path, entry.Identity, mark with { Key = action.Key, ETag = result.ETag }) ? ActionOutcome.Done : ActionOutcome.LookAgain;
    }

    /// <summary>A file was moved before its bytes were read, and its object was replaced or deleted elsewhere before the move reached the store.</summary>
    private ActionOutcome OnSourceGone(TreePath path, FileIdentity inode, PlaceholderMark mark)
    {
        // A hard link: its other name's object has the same bytes.
        if (OtherNamesOf(inode, mark.Key).FirstOrDefault() is { Remote: { } version } other && TryMoveMark(path, inode, mark with { Key = other.Key, ETag = version.ETag }))
        {
            return ActionOutcome.LookAgain;
        }

        mirror.Placeholders.Lose(inode.Inode);
        throw LostBytes.Of(path, mark);
    }

    private async Task<ActionOutcome> UploadAttributesAsync(SyncAction action, CancellationToken cancellationToken)
    {
        (BaselineRow row, LocalEntry entry) = (action.Row!, action.Local.Entry!.Value);
        string operation = mirror.Operations.Next(action.Key);
        PutResult? result;
        try
        {
            result = await store.CopyAsync(row.Key, row.Key, new CopyOptions
            {
                SourceIfMatch = row.Remote!.ETag,
                ExpectedSize = row.Remote.Size,
                Condition = PutCondition.Match(row.Remote.ETag),
                Metadata = Describe(action, entry, row.Sha256, operation).ToMetadata(),
            }, cancellationToken);
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.PreconditionFailed)
        {
            result = null;
        }

        if (result is null)
        {
            return await OnOtherVersionAsync(action, row.Sha256, cancellationToken);
        }

        mirror.Options.Faults.Reach("UploadAttributes.copied");
        var version = new RemoteVersion(result.ETag, row.Remote!.Size, result.LastModified);
        CopyParts(row.Key, row.Remote.ETag, row.Key, version);
        bool moved = !mirror.Placeholders.TryGet(entry.Identity.Inode, out PlaceholderMark? mark) || mark.Key != row.Key
            || TryMoveMark(action.Path, entry.Identity, mark with { ETag = result.ETag });
        await AcknowledgeAsync(action, entry, version, row.Sha256, operation);
        return moved ? ActionOutcome.Done : ActionOutcome.LookAgain;
    }

    private async Task<ActionOutcome> PutFolderAsync(SyncAction action, CancellationToken cancellationToken)
    {
        LocalEntry entry = action.Local.Entry!.Value;
        RemoteVersion? version = action.Row?.Remote;
        string? operation = null;
        if (action.NeedsMarker || version is not null || action.Row is { IsIntent: true })
        {
            operation = await BeginWriteAsync(action);
            var options = new PutOptions
            {
                Metadata = Describe(action, entry, null, operation).ToMetadata(),
                ContentType = "application/x-directory",
                // Two sessions that make the same folder agree: the last one's attributes stay.
                Condition = PutCondition.None,
            };
            PutResult result = await store.PutAsync(action.Key, ReadOnlyMemory<byte>.Empty, options, cancellationToken);
            mirror.Options.Faults.Reach("PutFolder.put");
            version = new RemoteVersion(result.ETag, 0, result.LastModified);
        }

        await AcknowledgeAsync(action, entry, version, null, operation);
        return ActionOutcome.Done;
    }

    private async Task<ActionOutcome> DeleteAsync(SyncAction action, CancellationToken cancellationToken)
    {
        BaselineRow row = action.Row!;
        if (IsNeededByPlaceholder(action) || (action.KeptAt is { } kept && !TrySyncData(kept, row.Identity)))
        {
            return ActionOutcome.LookAgain;
        }

        await AbandonUploadAsync(row.Key, cancellationToken);
        string? version = row.Remote?.ETag;
        if (row.IsIntent)
        {
            ObjectInfo? found = await store.HeadAsync(row.Key, cancellationToken);
            if (found is not null && !IsOurs(found, row))
            {
                return await OnOtherVersionAsync(action, null, cancellationToken);
            }

            version = found?.ETag;
        }

        if (version is null)
        {
            return action.KeepRow ? ActionOutcome.Done : await ForgetAsync(action);
        }

        try
        {
            await store.DeleteAsync(row.Key, row.Kind == EntryKind.Folder ? null : version, cancellationToken);
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.PreconditionFailed)
        {
            return await OnOtherVersionAsync(action, null, cancellationToken);
        }

        mirror.Options.Faults.Reach("Delete.deleted");
        if (row.Remote?.Size > mirror.Options.PartSize)
        {
            mirror.Index.ForgetParts(row.Key);
        }

        return action.KeepRow ? ActionOutcome.Done : await ForgetAsync(action);
    }

    private void CopyParts(string fromKey, string? fromETag, string key, RemoteVersion copy)
    {
        if (copy.Size > mirror.Options.PartSize && fromETag is not null)
        {
            mirror.Index.CopyParts(fromKey, fromETag, key, copy.ETag);
        }
    }

    private bool TrySyncData(TreePath path, FileIdentity inode)
    {
        using SafeFileHandle? file = files.OpenRead(path, inode);
        if (file is not null)
        {
            _ = files.SyncData(file);
        }

        return file is not null;
    }

    private async Task<ActionOutcome> ReleaseAsync(BaselineRow row)
    {
        // The inode's number may come again.
        await mirror.Index.ApplyAsync(IndexChange.Put(row.Released()));
        mirror.Acks.Acknowledged(row.Path);
        return ActionOutcome.Done;
    }

    private async Task<ActionOutcome> RefreshAsync(SyncAction action)
    {
        LocalEntry entry = action.Local.Entry!.Value;
        await mirror.Index.ApplyAsync(IndexChange.Put(action.Row! with { Identity = entry.Identity, CtimeNs = action.Local.SettledCtimeNs, State = StateOf(entry) }));
        return ActionOutcome.Done;
    }

    private async Task<ActionOutcome> ForgetAsync(SyncAction action)
    {
        await mirror.Index.ApplyAsync(IndexChange.Forget(action.Path));
        mirror.Acks.Acknowledged(action.Path);
        return ActionOutcome.Done;
    }

    /// <summary>INVARIANT: an object that is some placeholder's only copy is neither overwritten nor deleted.</summary>
    private bool IsNeededByPlaceholder(SyncAction action)
    {
        // The write's condition lets it replace the version of the baseline alone.
        if (action.Row is not { Remote: { } replaced } row)
        {
            return false;
        }

        string key = action.Kind == ActionKind.Delete ? row.Key : action.Key;
        if (mirror.Placeholders.TryGet(row.Identity.Inode, out PlaceholderMark? mark) && mark.Key == key
            && OtherNamesOf(row.Identity, key).FirstOrDefault() is { Remote: { } version } other)
        {
            // A hard link: its other name's object has the same bytes.
            _ = TryMoveMark(other.Path, other.Identity, mark with { Key = other.Key, ETag = version.ETag });
        }

        return mirror.Placeholders.IsSource(key, replaced.ETag);
    }

    private bool HasOtherName(FileIdentity inode, string key) =>
        mirror.Index.FindByInode(inode.Inode).Any(row => row.Key == key && row.Identity == inode && files.TryStat(row.Path)?.Identity == inode);

    /// <summary>The rows of a placeholder's other names that are there and in the store.</summary>
    private IEnumerable<BaselineRow> OtherNamesOf(FileIdentity inode, string key) =>
        mirror.Index.FindByInode(inode.Inode).Where(row => row.Key != key && row.Identity == inode && row.Remote is not null && files.TryStat(row.Path)?.Identity == inode);

    /// <summary>Nobody renames, and no hydration ends, between the look and the writing.</summary>
    /// <returns>False when the path names another inode now: nothing changed.</returns>
    private bool TryMoveMark(TreePath path, FileIdentity inode, PlaceholderMark mark)
    {
        using (mirror.Gate.EnterExclusive())
        {
            if (!mirror.Placeholders.TryGet(inode.Inode, out PlaceholderMark? now))
            {
                return true; // Whole meanwhile: no key is needed any more.
            }

            if (files.TryStat(path)?.Identity != inode)
            {
                return false;
            }

            mark = mark with { MtimeNs = now.MtimeNs };
            files.RewriteMark(path, inode, mark);
            mirror.Placeholders.Set(inode.Inode, mark);
            return true;
        }
    }

    private BaselineState StateOf(LocalEntry entry) =>
        entry.Kind == EntryKind.File && mirror.Placeholders.TryGet(entry.Identity.Inode, out _) ? BaselineState.Placeholder : BaselineState.Present;

    /// <summary>Every store-changing action has its operation id; one that creates a key has an intent in the index first.</summary>
    private async Task<string> BeginWriteAsync(SyncAction action)
    {
        string operation = mirror.Operations.Next(action.Key);
        await NoteIntentAsync(action, operation);
        return operation;
    }

    private async Task NoteIntentAsync(SyncAction action, string operation)
    {
        if (action.Row?.Remote is null)
        {
            await mirror.Index.ApplyAsync(IndexChange.Put(BaselineRow.Intent(action.Path, action.Local.Entry!.Value.Kind, action.Key, operation)));
            mirror.Options.Faults.Reach("Intent.noted");
        }
    }

    private bool IsOurs(ObjectInfo info, BaselineRow intent) =>
        mirror.Operations.IsOursAfter(ObjectDescription.FromObject(info.Key, info, DefaultAttributes.Standard).OperationId, intent.Key, null);

    private async Task AcknowledgeAsync(SyncAction action, LocalEntry entry, RemoteVersion? version, string? hash, string? operation)
    {
        BaselineRow row = BaselineRows.Of(action.Path, action.Key, entry, version, hash, operation, action.Local.Xattrs, StateOf(entry)) with { CtimeNs = action.Local.SettledCtimeNs };
        await mirror.Index.ApplyAsync(IndexChange.Put(files.CanSetOwner || action.Row is null ? row : row with { Uid = action.Row.Uid, Gid = action.Row.Gid }));
        mirror.Acks.Acknowledged(action.Path);
    }

    private ObjectDescription Describe(SyncAction action, LocalEntry entry, string? hash, string operation) => new(
        entry.Kind,
        new EntryAttributes
        {
            Mode = entry.Mode,
            Uid = files.CanSetOwner ? entry.Uid : action.Row?.Uid ?? entry.Uid,
            Gid = files.CanSetOwner ? entry.Gid : action.Row?.Gid ?? entry.Gid,
            MtimeNs = entry.MtimeNs,
            Xattrs = ObjectMetadata.ParseXattrs(action.Local.Xattrs),
        },
        hash,
        operation);

    private static PutCondition ConditionOf(BaselineRow? row) => row?.Remote is { } known ? PutCondition.Match(known.ETag) : PutCondition.Absent;
}
