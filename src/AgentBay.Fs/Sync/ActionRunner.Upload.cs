using System.Buffers;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fs.Sync;

/// <summary>Bytes are proved stable before the object appears: stat, read, stat.</summary>
internal sealed partial class ActionRunner
{
    private const int TriesForStableBytes = 3;

    /// <summary>Of buffers of parts and small files together. Parts of the largest files are larger; they go one at a time.</summary>
    private readonly MemoryBudget buffers = new(192 << 20);

    private async Task<ActionOutcome> UploadAsync(SyncAction action, ActionCount count, CancellationToken cancellationToken)
    {
        if (IsNeededByPlaceholder(action))
        {
            return ActionOutcome.LookAgain;
        }

        LocalEntry planned = action.Local.Entry!.Value;
        if (planned.Kind == EntryKind.Symlink)
        {
            byte[] target = files.ReadLink(action.Path);
            return await PutAsync(action, planned, target, ContentHash.Of(target), cancellationToken);
        }

        using SafeFileHandle? file = files.OpenRead(action.Path, planned.Identity);
        if (file is null)
        {
            return ActionOutcome.LookAgain;
        }

        for (int tries = 1; ; tries++)
        {
            // With a writer or a map about, the pages are written out first: that write-protects them, so that a later write shows in ctime.
            LocalEntry? seen = mirror.Journal.HasWriter(planned.Identity.Inode) ? files.SyncData(file) : files.TryStat(action.Path);
            if (seen is not { } before || before.Identity != planned.Identity)
            {
                return ActionOutcome.LookAgain;
            }

            action = action with { Local = action.Local with { SettledCtimeNs = before.SettledCtimeNs() } };
            bool last = tries == TriesForStableBytes;
            ActionOutcome? outcome = before.Size <= mirror.Options.PartSize
                ? await UploadWholeAsync(action, file, before, last, cancellationToken)
                : await UploadPartsAsync(action, file, before, last, count, cancellationToken);
            if (outcome is { } done)
            {
                return done;
            }

            count.TakeBack();
        }
    }

    /// <returns>Null when the bytes changed while they were read.</returns>
    private async Task<ActionOutcome?> UploadWholeAsync(SyncAction action, SafeFileHandle file, LocalEntry before, bool lastTry, CancellationToken cancellationToken)
    {
        using IDisposable room = await buffers.TakeAsync(before.Size, cancellationToken);
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)before.Size);
        try
        {
            int length = await ReadAsync(file, buffer.AsMemory(0, (int)before.Size), 0, cancellationToken);
            bool stable = IsUnchanged(action.Path, before) && length == before.Size;
            if (!stable && !lastTry)
            {
                return null;
            }

            ReadOnlyMemory<byte> bytes = buffer.AsMemory(0, length);
            ActionOutcome outcome = await PutAsync(action, before with { Size = length }, bytes, ContentHash.Of(bytes.Span), cancellationToken);
            return stable || outcome != ActionOutcome.Done ? outcome : ActionOutcome.StaysDirty;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<ActionOutcome> PutAsync(SyncAction action, LocalEntry entry, ReadOnlyMemory<byte> bytes, string hash, CancellationToken cancellationToken)
    {
        await AbandonUploadAsync(action.Key, cancellationToken);
        string operation = await BeginWriteAsync(action);
        var options = new PutOptions { Metadata = Describe(action, entry, hash, operation).ToMetadata(), Condition = ConditionOf(action.Row) };
        PutResult result;
        try
        {
            result = await store.PutAsync(action.Key, bytes, options, cancellationToken);
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.PreconditionFailed)
        {
            return await OnOtherVersionAsync(action, hash, cancellationToken);
        }

        Sent.Add(bytes.Length);
        mirror.Options.Faults.Reach("Upload.put");
        await AcknowledgeAsync(action, entry, new RemoteVersion(result.ETag, bytes.Length, result.LastModified), hash, operation);
        return ActionOutcome.Done;
    }

    private bool IsUnchanged(TreePath path, LocalEntry before) =>
        files.TryStat(path) is { } after && after.Identity == before.Identity && after.Size == before.Size && after.MtimeNs == before.MtimeNs && after.CtimeNs == before.CtimeNs;

    private static async Task<int> ReadAsync(SafeFileHandle file, Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        int total = 0;
        while (total < buffer.Length && await RandomAccess.ReadAsync(file, buffer[total..], offset + total, cancellationToken) is > 0 and int count)
        {
            total += count;
        }

        return total;
    }
}
