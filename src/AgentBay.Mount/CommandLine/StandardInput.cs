namespace AgentBay.Mount.CommandLine;

/// <summary>Standard input whose reads can be given up: the system's goes on waiting for the other end of the pipe, and we do not.</summary>
internal sealed class StandardInput : Stream
{
    private readonly Stream input = Console.OpenStandardInput();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => input.Read(buffer, offset, count);

    /// <summary>After a read that was given up the stream and the buffer are of no use any more.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => input.Read(buffer.Span), CancellationToken.None).WaitAsync(cancellationToken));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
