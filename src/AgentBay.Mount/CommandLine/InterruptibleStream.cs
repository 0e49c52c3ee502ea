namespace AgentBay.Mount.CommandLine;

/// <summary>A pipe, terminal or device that gives up when it is told to: a call that waits for its other end ends with the process only.</summary>
internal sealed class InterruptibleStream(Stream inner) : Stream
{
    private const int BufferSize = 1 << 20;

    // Our own: a call that was given up may still use it.
    private readonly byte[] buffer = new byte[BufferSize];
    private int start, end;

    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (start == end)
        {
            (start, end) = (0, await Task.Run(() => inner.Read(this.buffer), CancellationToken.None).WaitAsync(cancellationToken));
        }

        int count = Math.Min(buffer.Length, end - start);
        this.buffer.AsMemory(start, count).CopyTo(buffer);
        start += count;
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            int count = Math.Min(buffer.Length, BufferSize);
            buffer[..count].CopyTo(this.buffer);
            await Task.Run(() => inner.Write(this.buffer, 0, count), CancellationToken.None).WaitAsync(cancellationToken);
            buffer = buffer[count..];
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
