using System.Globalization;

namespace AgentBay.Mount.Output;

/// <summary>Times as the people at this machine read them.</summary>
internal static class LocalTime
{
    internal static string Format(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
