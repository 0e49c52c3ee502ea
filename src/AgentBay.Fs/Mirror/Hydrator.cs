using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Metadata;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fs.Mirror;

/// <summary>
/// Brings the bytes of placeholders in. The bytes go into the placeholder's own inode; the mark goes last, when they are on the disk.
/// INVARIANT: no crash at any point makes a placeholder look like a file full of zeros, or dirty.
/// </summary>
internal sealed class Hydrator(OpenMirror mirror, CancellationToken ending)
{
    private const int BlocksAhead = 4;
    private const int MostTries = 10;

    private readonly ConcurrentDictionary<ulong, Lazy<Task>> running = new();

    /// <summary>One download a file however many wait; cancelling ends this wait only.</summary>
    public ValueTask HydrateAsync(TreePath file, ulong inode, CancellationToken cancellationToken) =>
        mirror.Placeholders.TryGet(inode, out _) ? new ValueTask(WaitAsync(file, inode, cancellationToken)) : ValueTask.CompletedTask;

    /// <summary>The file will be empty: its bytes are not needed. Truncates, then removes the mark.</summary>
    public async Task DiscardAsync(TreePath file, ulong inode, CancellationToken cancellationToken)
    {
        while (mirror.Placeholders.TryGet(inode, out _))
        {
            // In the place of a download: while this runs none begins, and the other way round.
            var discard = new Lazy<Task>(() => Task.Run(() => RunDiscardAsync(file, inode), ending));
            if (running.GetOrAdd(inode, discard) is var first && first == discard)
            {
                await discard.Value;
                return;
            }

            await first.Value.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Completes when nothing runs any more; the token has been cancelled.</summary>
    public async Task StopAsync() =>
        await Task.WhenAll(running.Values.Where(download => download.IsValueCreated).Select(download => download.Value)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task RunDiscardAsync(TreePath file, ulong inode)
    {
        try
        {
            if (!mirror.Placeholders.TryGet(inode, out _))
            {
                return;
            }

            FileIdentity identity = IdentityOf(file, inode);
            await NoteAsync(identity, BaselineState.Hydrating);
            mirror.Options.Faults.Reach("discard.noted");
            using SafeFileHandle handle = Open(file, identity);
            RandomAccess.SetLength(handle, 0);
            mirror.Options.Faults.Reach("discard.truncated");
            using (mirror.Gate.EnterExclusive())
            {
                mirror.Files.FinishHydration(handle);
                mirror.Placeholders.Remove(inode);
            }

            mirror.Journal.DataChanged(file, inode);
            mirror.Options.Faults.Reach("discard.unmarked");
        }
        catch (RenamedMeanwhileException error)
        {
            throw new FsException(FsError.Stale, error.Message);
        }
        finally
        {
            running.TryRemove(inode, out _);
        }
    }

    private async Task WaitAsync(TreePath file, ulong inode, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            Lazy<Task> download = running.GetOrAdd(inode, _ => new Lazy<Task>(() => Task.Run(() => RunAsync(file, inode), ending)));
            try
            {
                await download.Value.WaitAsync(cancellationToken);
                return;
            }
            catch (RenamedMeanwhileException) when (tries < MostTries && mirror.Files.TryStat(file)?.Identity.Inode == inode)
            {
                // Whoever began it knew the file under its old name.
            }
            catch (RenamedMeanwhileException error)
            {
                throw new FsException(FsError.Stale, error.Message);
            }
        }
    }

    private async Task RunAsync(TreePath file, ulong inode)
    {
        try
        {
            await HydrateNowAsync(file, IdentityOf(file, inode));
            mirror.ReadFailures.Remove(inode);
        }
        catch (Exception error) when (error is not (OperationCanceledException or RenamedMeanwhileException))
        {
            mirror.ReadFailures.Add(file, inode, error.Message);
            Log.NotRead(mirror.Logger, file.ToString(), error.Message);
            throw;
        }
        finally
        {
            running.TryRemove(inode, out _);
        }
    }

    private async Task HydrateNowAsync(TreePath file, FileIdentity identity)
    {
        ulong inode = identity.Inode;
        var lost = new HashSet<string>();
        try
        {
            while (mirror.Placeholders.TryGet(inode, out PlaceholderMark? mark))
            {
                if (mirror.Placeholders.IsLost(inode))
                {
                    throw LostBytes.Of(file, mark);
                }

                try
                {
                    await DownloadAsync(file, identity, mark);
                    return;
                }
                catch (FsException error) when (error.Error == FsError.Stale && mirror.Placeholders.TryGet(inode, out PlaceholderMark? now) && now != mark)
                {
                    // Sync moved its object meanwhile and rewrote the mark: begin again from there.
                }
                catch (FsException error) when (error.Error == FsError.Stale && lost.Add(mark.Key) && TryOtherName(file, identity, mark, lost))
                {
                    // A hard link: the object of another of its names has the same bytes.
                }
            }
        }
        catch (Exception) when (!mirror.Placeholders.TryGet(inode, out _))
        {
            throw; // Whole, only its row is not written.
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Still a placeholder, and the row says so again.
            await NoteAsync(identity, BaselineState.Placeholder);
            if (error is not StoreException store)
            {
                throw;
            }

            throw FailureOf(file, store);
        }
    }

    /// <exception cref="FsException"><see cref="FsError.NoSpace"/>: the mirror's disk is full.</exception>
    private static void Write(TreePath file, SafeFileHandle handle, Block block)
    {
        const int fullOnUnix = 28, fullOnWindows = unchecked((int)0x80070070); // ENOSPC, ERROR_DISK_FULL
        try
        {
            RandomAccess.Write(handle, block.Bytes.Span, block.Offset);
        }
        catch (IOException error) when (error.HResult is fullOnUnix or fullOnWindows)
        {
            throw new FsException(FsError.NoSpace, $"The disk of the mirror is full: {file} cannot be fetched. Free some space there.", error);
        }
    }

    private bool TryOtherName(TreePath file, FileIdentity identity, PlaceholderMark mark, HashSet<string> lost)
    {
        using (mirror.Gate.EnterExclusive())
        {
            if (mirror.Files.TryStat(file)?.Identity != identity
                || RowsOf(identity).FirstOrDefault(row => row.Remote is not null && !lost.Contains(row.Key)) is not { } other)
            {
                return false;
            }

            mark = mark with { Key = other.Key, ETag = other.Remote!.ETag };
            mirror.Files.RewriteMark(file, identity, mark);
            mirror.Placeholders.Set(identity.Inode, mark);
            return true;
        }
    }

    private async Task DownloadAsync(TreePath file, FileIdentity identity, PlaceholderMark mark)
    {
        // From here on a crash leaves a row that is judged by the file's mark and content, not by its times.
        await NoteAsync(identity, BaselineState.Hydrating);
        mirror.Options.Faults.Reach("hydrate.noted");
        using SafeFileHandle handle = Open(file, identity);
        string? expected = null;
        string hash;
        PartHashes parts;
        using (var content = new PartHasher(mirror.PartSizeFor(mark.Size)))
        using (var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5))
        {
            var ahead = new Queue<Task<Block>>();
            long next = 0;
            try
            {
                do
                {
                    while (ahead.Count < BlocksAhead && (next < mark.Size || (next == 0 && ahead.Count == 0)))
                    {
                        ahead.Enqueue(FetchAsync(mark, next, (int)Math.Min(mirror.Options.BlockSize, mark.Size - next)));
                        next += mirror.Options.BlockSize;
                    }

                    using Block block = await ahead.Dequeue();
                    expected = block.Sha256;
                    content.Append(block.Bytes.Span);
                    if (expected is null)
                    {
                        md5.AppendData(block.Bytes.Span);
                    }

                    Write(file, handle, block);
                    mirror.Options.Faults.Reach("hydrate.block");
                }
                while (ahead.Count > 0 || next < mark.Size);
            }
            finally
            {
                foreach (Task<Block> left in ahead)
                {
                    await ((Task)left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    if (left.IsCompletedSuccessfully)
                    {
                        left.Result.Dispose();
                    }
                }
            }

            (hash, parts) = content.Finish();
            string md5Hex = Convert.ToHexStringLower(md5.GetHashAndReset());
            // A foreign object: a plain ETag is the MD5 of the bytes in every store that we know; with '-' it is not.
            bool wrong = expected is not null ? hash != expected : mark.ETag.Length == 32 && IsHex(mark.ETag) && md5Hex != mark.ETag;
            if (wrong)
            {
                throw new FsException(FsError.Corrupt, $"The bytes of {file} in the store are not the ones that were stored ({mark.Key}).");
            }
        }

        mirror.Files.SyncData(handle);
        mirror.Options.Faults.Reach("hydrate.synced");
        LocalEntry whole;
        using (mirror.Gate.EnterExclusive())
        {
            whole = mirror.Files.FinishHydration(handle);
            mirror.Placeholders.Remove(identity.Inode);
        }

        mirror.Options.Faults.Reach("hydrate.unmarked");
        await mirror.Index.ApplyAsync(RowsOf(identity).Select(row => IndexChange.Replace(row, row with
        {
            State = BaselineState.Present,
            CtimeNs = LocalEntry.IsJustNow(whole.MtimeNs) ? 0 : whole.CtimeNs, // ctime is always of just now; mtime is not, and a write moves it.
            Size = whole.Size,
            Sha256 = hash,
        })).ToList());
        if (mark.Size > mirror.Options.PartSize)
        {
            mirror.Index.PutParts(mark.Key, mark.ETag, parts);
        }
    }

    private async Task<Block> FetchAsync(PlaceholderMark mark, long offset, int length)
    {
        ByteRange? range = offset == 0 && length == mark.Size ? null : new ByteRange(offset, length);
        await using ObjectContent content = await GetAsync(mark, range);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length + 1);
        try
        {
            int count = await content.Body.ReadAtLeastAsync(buffer.AsMemory(0, length + 1), length + 1, throwOnEndOfStream: false, ending);
            if (count != length || content.Info.Size != mark.Size)
            {
                throw new FsException(FsError.Stale, $"{mark.Key} has {content.Info.Size} bytes, not {mark.Size}: it was replaced in the store since its name was listed.");
            }

            return new Block(buffer, length, offset, ObjectDescription.FromObject(mark.Key, content.Info, DefaultAttributes.Standard).Sha256);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private async Task<ObjectContent> GetAsync(PlaceholderMark mark, ByteRange? range)
    {
        try
        {
            return await mirror.Store.GetAsync(mark.Key, range, mark.ETag, ending)
                ?? throw new FsException(FsError.Stale, $"{mark.Key} is gone from the store since its name was listed.");
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.PreconditionFailed)
        {
            throw new FsException(FsError.Stale, $"{mark.Key} was replaced in the store since its name was listed.", error);
        }
    }

    private FileIdentity IdentityOf(TreePath file, ulong inode) =>
        mirror.Files.TryStat(file) is { } entry && entry.Identity.Inode == inode ? entry.Identity : throw new RenamedMeanwhileException($"{file} was renamed meanwhile.");

    private SafeFileHandle Open(TreePath file, FileIdentity identity) =>
        mirror.Files.OpenHydrate(file, identity) ?? throw new RenamedMeanwhileException($"{file} was renamed meanwhile.");

    private Task NoteAsync(FileIdentity identity, BaselineState state) =>
        mirror.Index.ApplyAsync(RowsOf(identity).Select(row => IndexChange.Replace(row, row with { State = state })).ToList());

    /// <summary>Its number alone may be an earlier file's, whose deletion still waits.</summary>
    private IEnumerable<BaselineRow> RowsOf(FileIdentity identity) =>
        mirror.Index.FindByInode(identity.Inode).Where(row => row.Identity == identity && row is { Kind: EntryKind.File, State: not BaselineState.Present });

    private static FsException FailureOf(TreePath file, StoreException error) => new(
        error.Kind == StoreErrorKind.Corrupt ? FsError.Corrupt : error.IsTransient ? FsError.StoreUnavailable : FsError.StoreRefused,
        $"{file} could not be read from the store: {error.Message}", error);

    private static bool IsHex(string text) => text.All(char.IsAsciiHexDigit);

    private sealed class RenamedMeanwhileException(string message) : IOException(message);

    private sealed class Block(byte[] buffer, int length, long offset, string? sha256) : IDisposable
    {
        public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

        public long Offset => offset;

        public string? Sha256 => sha256;

        public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
    }
}
