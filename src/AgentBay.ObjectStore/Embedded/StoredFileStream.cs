using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>Some bytes of an object's file. The inode never changes, so a put meanwhile does not reach the reader.</summary>
internal sealed class StoredFileStream(SafeFileHandle file, string key, long offset, long length) : Stream
{
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get => position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer) => Count(buffer.Length, RandomAccess.Read(file, Limit(buffer), offset + position));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Memory<byte> wanted = buffer[..(int)Math.Min(buffer.Length, length - position)];
        return Count(buffer.Length, await RandomAccess.ReadAsync(file, wanted, offset + position, cancellationToken).ConfigureAwait(false));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }

    private Span<byte> Limit(Span<byte> buffer) => buffer[..(int)Math.Min(buffer.Length, length - position)];

    private int Count(int wanted, int read)
    {
        if (read == 0 && wanted > 0 && position < length)
        {
            throw new StoreException(StoreErrorKind.Corrupt, $"Embedded store: {StoreKey.Show(key)} ended after {position} of {length} bytes: something truncated its file.");
        }

        position += read;
        return read;
    }
}
