#pragma warning disable CA5351 // MD5 is what S3 speaks; here it tells broken transfers, not attackers.
using System.Security.Cryptography;

namespace AgentBay.ObjectStore.Retrying;

/// <summary>
/// An object's bytes: where a body breaks off it is read on by a ranged GET of the same version. Each read has a deadline. Where the store tells the
/// object's MD5, a whole read whose bytes are others fails before its last bytes are given.
/// </summary>
internal sealed class ResumingStream : ForwardStream
{
    private readonly IObjectStore store;
    private readonly StoreTries tries;
    private readonly ObjectInfo info;
    private readonly long offset;
    private readonly byte[]? expectedHash;
    private readonly IncrementalHash? hash;
    private ObjectContent? content;

    internal ResumingStream(IObjectStore store, StoreTries tries, ObjectContent content, ByteRange range)
        : base(Math.Min(range.Length ?? long.MaxValue, content.Info.Size - Math.Min(range.Offset, content.Info.Size)))
    {
        this.store = store;
        this.tries = tries;
        this.content = content;
        info = content.Info;
        offset = Math.Min(range.Offset, info.Size);
        expectedHash = Length == info.Size ? content.Md5 : null;
        hash = expectedHash == null ? null : IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty || Done == Length ? new(0) : new(tries.RetryAsync(cancel => ReadOnceAsync(buffer, cancel), cancellationToken));

    protected override void Dispose(bool disposing)
    {
        content?.Body.Dispose();
        hash?.Dispose();
        base.Dispose(disposing);
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var open = content ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            int read = await tries.WithDeadlineAsync(tries.Options.TryTimeout, async cancel => await open.Body.ReadAsync(buffer, cancel).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new StoreException(StoreErrorKind.Corrupt, $"{StoreKey.Show(info.Key)} ended after {Done} of {Length} bytes.");
            }

            Verify(buffer.Span[..read]);
            Done += read;
            return read;
        }
        catch (StoreException e)
        {
            Log.BodyBrokeOff(tries.Options.Logger, info.Key, Done, e.Message);
            content = null;
            await open.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void Verify(ReadOnlySpan<byte> read)
    {
        if (hash == null)
        {
            return;
        }

        hash.AppendData(read);
        if (Done + read.Length == Length && !hash.GetHashAndReset().AsSpan().SequenceEqual(expectedHash))
        {
            // The bytes before are given away already, so only the caller can read them again.
            throw new StoreException(StoreErrorKind.Corrupt, $"{StoreKey.Show(info.Key)}: the bytes that came are not those of version {info.ETag}. Read it again.") { NoRetry = true };
        }
    }

    private async Task<ObjectContent> OpenAsync(CancellationToken cancellationToken)
    {
        var rest = new ByteRange(offset + Done, Length - Done);
        return await tries.TryAsync(tries.Options.TryTimeout, cancel => store.GetAsync(info.Key, rest, info.ETag, cancel), cancellationToken).ConfigureAwait(false)
            ?? throw new StoreException(StoreErrorKind.PreconditionFailed, $"{StoreKey.Show(info.Key)} was deleted while it was being read.");
    }
}
