namespace AgentBay.Testing.Http;

/// <summary>A request as it came, its path byte for byte: signatures are over it.</summary>
public sealed record RelayRequest(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public string Path => Target.Split('?')[0];

    /// <summary>The names in the query.</summary>
    public IEnumerable<string> Parameters => Target.Contains('?', StringComparison.Ordinal) ? Target[(Target.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&').Select(p => p.Split('=')[0]) : [];

    public string? Header(string name) => Headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    public RelayRequest With(string name, string value) => this with { Headers = [.. Headers, new(name, value)] };
}
