using System.Globalization;

namespace AgentBay.Mount.CommandLine;

/// <summary>Times as people type them: <c>500ms</c>, <c>5s</c>, <c>2m</c>, <c>1h</c>, <c>7d</c>; a bare number is seconds.</summary>
internal static class Duration
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400), ("", 1)];

    /// <returns>Null when the text is no time of at most 30 days.</returns>
    internal static TimeSpan? TryParse(string text)
    {
        (string unit, double seconds) = Units.First(u => text.EndsWith(u.Unit, StringComparison.Ordinal));
        const NumberStyles plain = NumberStyles.AllowDecimalPoint;
        bool ok = double.TryParse(text.AsSpan(0, text.Length - unit.Length), plain, CultureInfo.InvariantCulture, out double count)
            && count * seconds <= TimeSpan.FromDays(30).TotalSeconds;
        return ok ? TimeSpan.FromSeconds(count * seconds) : null;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    internal static string Format(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s");
}
