namespace AgentBay.ObjectStore.S3;

/// <summary>A response's body of known length: it ends there, or fails.</summary>
internal sealed class S3BodyStream(Stream body, IDisposable response, long length, Func<Exception, StoreException> map, Func<long, StoreException> endedEarly) : Stream
{
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get => position; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Memory<byte> wanted = buffer[..(int)Math.Min(buffer.Length, length - position)];
        if (wanted.IsEmpty)
        {
            return 0;
        }

        int read;
        try
        {
            read = await body.ReadAsync(wanted, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpIOException e) when (e.HttpRequestError == HttpRequestError.ResponseEnded)
        {
            throw endedEarly(position);
        }
        catch (Exception e) when (!(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw map(e);
        }

        position += read;
        return read > 0 ? read : throw endedEarly(position);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        response.Dispose();
        base.Dispose(disposing);
    }
}
