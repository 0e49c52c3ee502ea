using AgentBay.ObjectStore;

namespace AgentBay.Testing;

/// <summary>A body that breaks off after so many bytes.</summary>
internal sealed class FaultyBody(Stream inner, long? breakAfter, Func<bool> isDown) : ForwardStream(inner.Length)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        long left = (breakAfter ?? long.MaxValue) - Done;
        if (left <= 0 || isDown())
        {
            throw new StoreException(StoreErrorKind.Unreachable, $"The body broke off after {Done} bytes, as the test wants.");
        }

        int read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
        Done += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
