using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AgentBay.Fs.Control;

/// <summary>Messages over a connection: JSON, one a line, of bounded length.</summary>
internal sealed class MessageLines(Stream connection, int maxBytes) : IAsyncDisposable
{
    private readonly Stream connection = connection;
    private readonly PipeReader reader = PipeReader.Create(connection);

    /// <returns>Null at the end of the connection.</returns>
    /// <exception cref="JsonException">The line is no message. The next one can be read, unless this one was too long (<see cref="InvalidDataException"/>).</exception>
    internal async ValueTask<T?> ReadAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            ReadResult read = await reader.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                try
                {
                    return Parse(read.Buffer.Slice(0, end), type);
                }
                finally
                {
                    reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                }
            }

            if (read.Buffer.Length > maxBytes)
            {
                throw new InvalidDataException($"A message is longer than {maxBytes} bytes.");
            }

            // Half a line at the end is nobody's message.
            if (read.IsCompleted)
            {
                return null;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    internal async Task WriteAsync<T>(T message, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(message, type), (byte)'\n'];
        await connection.WriteAsync(line, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await reader.CompleteAsync();
        await connection.DisposeAsync();
    }

    private static T Parse<T>(ReadOnlySequence<byte> line, JsonTypeInfo<T> type)
        where T : class
    {
        var json = new Utf8JsonReader(line);
        return JsonSerializer.Deserialize(ref json, type) ?? throw new JsonException("The message is null.");
    }
}
