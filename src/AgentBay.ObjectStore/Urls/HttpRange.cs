using System.Net.Http.Headers;

namespace AgentBay.ObjectStore.Urls;

/// <summary>A Range header applied to an object of known size.</summary>
internal readonly record struct HttpRange(long Offset, long Length)
{
    internal bool IsSatisfiable => Length > 0;

    /// <returns>Null when there is no header, or one that a server may ignore: several ranges, other units, not HTTP.</returns>
    internal static HttpRange? Parse(string? header, long size)
    {
        if (!RangeHeaderValue.TryParse(header, out var value) || value.Unit != "bytes" || value.Ranges.Count != 1)
        {
            return null;
        }

        var range = value.Ranges.First();
        if (range.From is not { } from)
        {
            long count = Math.Min(range.To ?? 0, size);
            return new HttpRange(size - count, count);
        }

        return new HttpRange(from, Math.Min(range.To ?? size - 1, size - 1) - from + 1);
    }
}
