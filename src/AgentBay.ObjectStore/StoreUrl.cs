namespace AgentBay.ObjectStore;

/// <summary>Opens the store that a URL names.</summary>
public static class StoreUrl
{
    /// <summary>
    /// <c>file:///path</c> or a path (the embedded store), <c>s3://bucket/prefix?endpoint=…&amp;region=…&amp;pathStyle=true</c>, <c>oss://bucket/prefix?endpoint=…</c>.
    /// Opening does not talk to the store.
    /// </summary>
    /// <exception cref="FormatException">The URL is not one of these; the message names the part and what it should be.</exception>
    public static IObjectStore Open(string url, StoreOpenOptions options)
    {
        if (url.Length == 0)
        {
            throw new FormatException("The store's URL is empty. Use a path, file:///path, s3://bucket/prefix or oss://bucket/prefix.");
        }

        int colon = url.IndexOf("://", StringComparison.Ordinal);
        return (colon < 0 ? "" : url[..colon].ToLowerInvariant()) switch
        {
            "" => Embedded.EmbeddedStore.Open(url),
            "file" => Embedded.EmbeddedStore.Open(Uri.UnescapeDataString(url["file://".Length..])),
            _ => throw new FormatException($"The store's URL begins with '{url[..colon]}://'. Use a path, file:///path, s3://bucket/prefix or oss://bucket/prefix."),
        };
    }

    /// <summary>The embedded store's default directory: <c>$XDG_DATA_HOME/agentbay/store</c>, else <c>~/.local/share/agentbay/store</c>.</summary>
    public static string DefaultUrl
    {
        get
        {
            string? data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return Path.Combine(Path.IsPathRooted(data) ? data : Path.Combine(home.Length == 0 ? "/" : home, ".local/share"), "agentbay/store");
        }
    }
}
