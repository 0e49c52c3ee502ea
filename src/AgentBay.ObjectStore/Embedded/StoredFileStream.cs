using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>Some bytes of an object's file. The inode never changes, so a put meanwhile does not reach the reader.</summary>
internal sealed class StoredFileStream(SafeFileHandle file, string key, long offset, long length, EmbeddedErrors errors) : ForwardStream(length)
{
    public override int Read(Span<byte> buffer)
    {
        Span<byte> wanted = buffer[..(int)Math.Min(buffer.Length, Length - Done)];
        errors.Check($"read {StoreKey.Show(key)}", Syscall.Read(file, wanted, offset + Done, out int read));
        if (read == 0 && !wanted.IsEmpty)
        {
            throw new StoreException(StoreErrorKind.Corrupt, $"Embedded store: {StoreKey.Show(key)} ended after {Done} of {Length} bytes: something truncated its file.");
        }

        Done += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Read(buffer.Span), cancellationToken));

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }
}
