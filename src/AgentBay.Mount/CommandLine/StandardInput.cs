namespace AgentBay.Mount.CommandLine;

/// <summary>Standard input that gives up when it is told to: a read of a pipe or terminal that says nothing ends with the process only.</summary>
internal sealed class StandardInput : Stream
{
    private const int BufferSize = 1 << 20;

    private readonly Stream input = Console.OpenStandardInput();

    // Our own: a read that was given up may still write to it.
    private readonly byte[] buffer = new byte[BufferSize];
    private int start, end;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

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
            (start, end) = (0, await Task.Run(() => input.Read(this.buffer), CancellationToken.None).WaitAsync(cancellationToken));
        }

        int count = Math.Min(buffer.Length, end - start);
        this.buffer.AsMemory(start, count).CopyTo(buffer);
        start += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
