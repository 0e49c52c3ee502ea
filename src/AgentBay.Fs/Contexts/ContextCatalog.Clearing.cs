using System.Globalization;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Contexts;

/// <summary>
/// A clear marks the record and gives it a new epoch, by which every mount sees that its files are gone; then it deletes the objects; then
/// it makes the context available again. From the mark on nobody mounts or writes. Cut short anywhere, it is ended by clearing again.
/// <para>One deletes at a time: who deletes shows signs of life in the record and stops when the record does not name it any more; who finds
/// another waits, and takes over from one that has been silent. Else a late one would delete what was stored after the end.</para>
/// </summary>
public sealed partial class ContextCatalog
{
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ClearPoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(5);

    // INVARIANT: longer than a guard's word counts (ContextGuard.Validity), so that what was written on it is there for the last look.
    private static readonly TimeSpan WritersGrace = ContextGuard.Validity * 2;

    /// <summary>Deletes all files of a context; the context stays, with its id and name. Waits for the end.</summary>
    /// <param name="deletedObjects">Told the number of objects deleted so far.</param>
    /// <exception cref="ContextException"><see cref="ContextError.NotFound"/>, <see cref="ContextError.BeingDeleted"/> or <see cref="ContextError.Corrupt"/>.</exception>
    /// <exception cref="StoreException">An object could not be deleted: the context stays marked until this is called again.</exception>
    public async Task<ContextRecord> ClearAsync(ContextRecord context, IProgress<int>? deletedObjects, CancellationToken cancellationToken) =>
        await FinishClearAsync(await BeginClearAsync(context, cancellationToken), deletedObjects, cancellationToken);

    /// <summary>Marks a context as being cleared: it holds nothing any more, whatever is still to be deleted by <see cref="FinishClearAsync"/>.</summary>
    /// <returns>The record, in the state <see cref="ContextRecord.Clearing"/>; also when a clear has begun before.</returns>
    public async Task<ContextRecord> BeginClearAsync(ContextRecord context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ContextDocument? document = await UpdateRecordAsync(
            context.Id,
            document =>
            {
                RefuseDeleting(document);
                return document.State == ContextRecord.Clearing ? document
                    : document with { State = ContextRecord.Clearing, Epoch = NewNonce(), ClearedAt = time.GetUtcNow(), Clearer = null };
            },
            cancellationToken);
        return (document ?? throw NotFound(context)).ToRecord();
    }

    /// <summary>Ends a clear that has begun: deletes, or waits for who does.</summary>
    /// <param name="clearing">What <see cref="BeginClearAsync"/> gave.</param>
    /// <returns>The record, in the state <see cref="ContextRecord.Available"/> unless it was cleared again meanwhile.</returns>
    public async Task<ContextRecord> FinishClearAsync(ContextRecord clearing, IProgress<int>? deletedObjects, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(clearing);
        while (true)
        {
            string me = NewNonce();
            ContextDocument document = await TakeClearAsync(clearing, me, cancellationToken);
            if (!IsClearing(document, clearing))
            {
                return document.ToRecord();
            }

            try
            {
                if (await ClearContentsAsync(clearing, me, deletedObjects, cancellationToken) is { } done)
                {
                    return done.ToRecord();
                }
            }
            catch
            {
                await ReleaseClearAsync(clearing, me);
                throw;
            }
        }
    }

    /// <summary>Waits until the clear is this caller's, or over.</summary>
    private async Task<ContextDocument> TakeClearAsync(ContextRecord clearing, string me, CancellationToken cancellationToken)
    {
        string? seen = null;
        long seenAt = 0;
        while (true)
        {
            ContextDocument now = (await ReadRecordAsync(clearing.Id, cancellationToken))?.Value ?? throw NotFound(clearing);
            RefuseDeleting(now);
            if (!IsClearing(now, clearing))
            {
                return now;
            }

            if (now.Clearer != seen)
            {
                (seen, seenAt) = (now.Clearer, time.GetTimestamp());
            }

            if (now.Clearer is null || time.GetElapsedTime(seenAt) > LongestSilence)
            {
                ContextDocument? taken = await UpdateClearAsync(clearing, document => document.Clearer == now.Clearer ? document with { Clearer = $"{me}:0" } : document, cancellationToken);
                if (taken is not null && IsOf(taken, me))
                {
                    return taken;
                }
            }
            else
            {
                await Task.Delay(ClearPoll, time, cancellationToken);
            }
        }
    }

    /// <returns>Null when another took over.</returns>
    private async Task<ContextDocument?> ClearContentsAsync(ContextRecord clearing, string me, IProgress<int>? deletedObjects, CancellationToken cancellationToken)
    {
        long lastSign = time.GetTimestamp();
        int signs = 0;
        try
        {
            await DeleteContentsAsync(clearing.Id, deletedObjects, ShowLifeAsync, cancellationToken);
        }
        catch (TakenOverException)
        {
            return null;
        }

        ContextDocument ended = await UpdateClearAsync(
            clearing, document => IsOf(document, me) ? document with { State = ContextRecord.Available, Clearer = null } : document, cancellationToken)
            ?? throw NotFound(clearing);
        RefuseDeleting(ended);
        return IsClearing(ended, clearing) ? null : ended;

        async Task ShowLifeAsync()
        {
            if (time.GetElapsedTime(lastSign) < SignOfLife)
            {
                return;
            }

            string sign = string.Create(CultureInfo.InvariantCulture, $"{me}:{++signs}");
            ContextDocument? shown = await UpdateClearAsync(clearing, document => IsOf(document, me) ? document with { Clearer = sign } : document, cancellationToken);
            if (shown is null || !IsClearing(shown, clearing) || !IsOf(shown, me))
            {
                throw new TakenOverException();
            }

            lastSign = time.GetTimestamp();
        }
    }

    /// <summary>Who comes next need not wait for the silence of one that has given up.</summary>
    private async Task ReleaseClearAsync(ContextRecord clearing, string me)
    {
        using var timeout = new CancellationTokenSource(ReleaseTimeout, time);
        try
        {
            _ = await UpdateClearAsync(clearing, document => IsOf(document, me) ? document with { Clearer = null } : document, timeout.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // Its silence says it too.
        }
    }

    /// <summary>Changes the record as long as it is in this clear.</summary>
    private Task<ContextDocument?> UpdateClearAsync(ContextRecord clearing, Func<ContextDocument, ContextDocument> change, CancellationToken cancellationToken) =>
        UpdateRecordAsync(clearing.Id, document => IsClearing(document, clearing) ? change(document) : document, cancellationToken);

    private static bool IsClearing(ContextDocument document, ContextRecord clearing) => document.State == ContextRecord.Clearing && document.Epoch == clearing.Epoch;

    private static bool IsOf(ContextDocument document, string me) => document.Clearer?.StartsWith(me, StringComparison.Ordinal) == true;

    private sealed class TakenOverException : Exception;
}
