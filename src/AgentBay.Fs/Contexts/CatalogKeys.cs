namespace AgentBay.Fs.Contexts;

/// <summary>Where the catalog keeps things, in the store that the contexts share.</summary>
internal static class CatalogKeys
{
    public const string Records = ".agentbay/contexts/";

    /// <summary>Below it are the files of all contexts.</summary>
    public const string Contexts = "contexts/";

    private const string RecordSuffix = ".json";

    public static string Record(string id) => $"{Records}{id}{RecordSuffix}";

    public static string Name(string name) => $".agentbay/names/{ContextName.ToKeySegment(name)}";

    /// <summary>Prefixes of all that goes with a context, its record and its name apart.</summary>
    public static IEnumerable<string> Contents(string id) => [$"{Contexts}{id}/", $".agentbay/aside/{id}/", $".agentbay/manifests/{id}"];

    /// <returns>Null for a key that is no context's file.</returns>
    public static string? IdOfContent(string key) =>
        key.StartsWith(Contexts, StringComparison.Ordinal) && key.IndexOf('/', Contexts.Length) is > 0 and var end
        && key[Contexts.Length..end] is var id && ContextId.IsId(id) ? id : null;

    /// <returns>Null for a key that is no record's.</returns>
    public static string? IdOfRecord(string key) =>
        key.StartsWith(Records, StringComparison.Ordinal) && key.EndsWith(RecordSuffix, StringComparison.Ordinal)
        && key[Records.Length..^RecordSuffix.Length] is var id && ContextId.IsId(id) ? id : null;
}
