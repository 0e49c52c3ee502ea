using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>Some bytes of an object's file. The inode never changes, so a put meanwhile does not reach the reader.</summary>
internal sealed class StoredFileStream(SafeFileHandle file, string key, long offset, long length) : ForwardStream(length)
{
    public override int Read(Span<byte> buffer)
    {
        Span<byte> wanted = buffer[..(int)Math.Min(buffer.Length, Length - Done)];
        return Count(buffer.Length, RandomAccess.Read(file, wanted, offset + Done));
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(buffer.Length, await RandomAccess.ReadAsync(file, Limit(buffer), offset + Done, cancellationToken).ConfigureAwait(false));

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }

    private int Count(int wanted, int read)
    {
        if (read == 0 && wanted > 0 && Done < Length)
        {
            throw new StoreException(StoreErrorKind.Corrupt, $"Embedded store: {StoreKey.Show(key)} ended after {Done} of {Length} bytes: something truncated its file.");
        }

        Done += read;
        return read;
    }
}
