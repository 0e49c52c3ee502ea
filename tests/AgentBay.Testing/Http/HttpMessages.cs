using System.Globalization;
using System.Text;

namespace AgentBay.Testing.Http;

/// <summary>HTTP/1.1 messages on a connection, their bodies whole in memory.</summary>
internal sealed class HttpMessages(Stream stream)
{
    private readonly byte[] buffer = new byte[64 << 10];
    private int from;
    private int to;

    internal sealed record Head(string StartLine, IReadOnlyList<KeyValuePair<string, string>> Headers)
    {
        internal string? this[string name] => Headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
    }

    /// <returns>Null when the connection ended between two messages.</returns>
    internal async Task<Head?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        if (await ReadLineAsync(cancellationToken) is not { } start)
        {
            return null;
        }

        var headers = new List<KeyValuePair<string, string>>();
        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(line[..colon], line[(colon + 1)..].Trim()));
        }

        return new Head(start, headers);
    }

    /// <param name="untilEnd">Without a length the body lasts to the connection's end.</param>
    internal async Task<byte[]> ReadBodyAsync(Head head, bool untilEnd, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        if (head["Transfer-Encoding"]?.Contains("chunked", StringComparison.OrdinalIgnoreCase) == true)
        {
            while (int.Parse((await ReadLineAsync(cancellationToken))!.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture) is int size and > 0)
            {
                await CopyAsync(body, size, cancellationToken);
                _ = await ReadLineAsync(cancellationToken);
            }

            while (await ReadLineAsync(cancellationToken) is { Length: > 0 })
            {
                // Trailers.
            }
        }
        else if (head["Content-Length"] is { } length)
        {
            await CopyAsync(body, long.Parse(length, CultureInfo.InvariantCulture), cancellationToken);
        }
        else if (untilEnd)
        {
            await CopyAsync(body, long.MaxValue, cancellationToken);
        }

        return body.ToArray();
    }

    internal async Task WriteAsync(string startLine, IEnumerable<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var head = new StringBuilder(startLine).Append("\r\n");
        foreach (var (name, value) in headers)
        {
            _ = head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), cancellationToken);
        await stream.WriteAsync(body, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        while (true)
        {
            if (from == to && !await FillAsync(cancellationToken))
            {
                return line.Count == 0 ? null : throw new EndOfStreamException("The connection ended inside a head.");
            }

            byte b = buffer[from++];
            if (b == '\n')
            {
                return Encoding.Latin1.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(b);
        }
    }

    private async Task CopyAsync(MemoryStream body, long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            if (from == to && !await FillAsync(cancellationToken))
            {
                _ = count == long.MaxValue ? true : throw new EndOfStreamException("The connection ended inside a body.");
                return;
            }

            int step = (int)Math.Min(count, to - from);
            body.Write(buffer, from, step);
            from += step;
            count = count == long.MaxValue ? count : count - step;
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        from = 0;
        to = await stream.ReadAsync(buffer, cancellationToken);
        return to > 0;
    }
}
