namespace AgentBay.ObjectStore.S3;

/// <summary>A response's body of known length: it ends there, or fails.</summary>
internal sealed class S3BodyStream(Stream body, IDisposable response, long length, Func<Exception, StoreException> map, Func<long, StoreException> endedEarly) : ForwardStream(length)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Memory<byte> wanted = Limit(buffer);
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
            throw endedEarly(Done);
        }
        catch (Exception e) when (!(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw map(e);
        }

        Done += read;
        return read > 0 ? read : throw endedEarly(Done);
    }

    protected override void Dispose(bool disposing)
    {
        response.Dispose();
        base.Dispose(disposing);
    }
}
