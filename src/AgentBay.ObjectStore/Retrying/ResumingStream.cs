#pragma warning disable CA5351 // MD5 is what S3 speaks; here it tells broken transfers, not attackers.
using System.Security.Cryptography;

namespace AgentBay.ObjectStore.Retrying;

/// <summary>
/// An object's bytes: where a body breaks off it is read on by a ranged GET of the same version. Each read has a deadline. Where the store tells the
/// object's MD5, a whole read whose bytes are others fails before its last bytes are given.
/// </summary>
internal sealed class ResumingStream : ForwardStream
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly IObjectStore store;
    private readonly StoreTries tries;
    private readonly ObjectInfo info;
    private readonly long offset;
    private readonly byte[]? expectedHash;
    private readonly IncrementalHash? hash;
    private ObjectContent? content;
    private int failures;
    private bool isOther;

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

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty && Done < Length)
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
                failures = 0;
                return read;
            }
            catch (StoreException e) when (e.IsTransient && !isOther && failures < tries.Options.MaxRetries)
            {
                Log.BodyResumed(tries.Options.Logger, info.Key, Done, e.Message);
                content = null;
                await open.DisposeAsync().ConfigureAwait(false);
                if (failures++ > 0)
                {
                    await Task.Delay(Pause * failures, tries.Options.Time, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return 0;
    }

    public override async ValueTask DisposeAsync()
    {
        if (content != null)
        {
            await content.DisposeAsync().ConfigureAwait(false);
        }

        hash?.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        content?.Body.Dispose();
        hash?.Dispose();
        base.Dispose(disposing);
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
            isOther = true;
            throw new StoreException(StoreErrorKind.Corrupt, $"{StoreKey.Show(info.Key)}: the bytes that came are not those of version {info.ETag}. Read it again.");
        }
    }

    private async Task<ObjectContent> OpenAsync(CancellationToken cancellationToken)
    {
        var rest = new ByteRange(offset + Done, Length - Done);
        return await tries.RunAsync(0, cancel => store.GetAsync(info.Key, rest, info.ETag, cancel), cancellationToken).ConfigureAwait(false)
            ?? throw new StoreException(StoreErrorKind.PreconditionFailed, $"{StoreKey.Show(info.Key)} was deleted while it was being read.");
    }
}
