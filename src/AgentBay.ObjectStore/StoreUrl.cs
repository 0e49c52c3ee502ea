using AgentBay.ObjectStore.Embedded;
using AgentBay.ObjectStore.Retrying;
using AgentBay.ObjectStore.S3;

namespace AgentBay.ObjectStore;

/// <summary>Opens the store that a URL names.</summary>
public static class StoreUrl
{
    /// <summary>
    /// <c>file:///path</c> or a path (the embedded store), <c>s3://bucket/prefix?endpoint=…&amp;region=…&amp;pathStyle=true</c>, <c>oss://bucket/prefix?endpoint=…</c>.
    /// Opening does not talk to the network. Credentials come from the environment or files: AWS's chain for <c>s3</c>; OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET
    /// and OSS_SESSION_TOKEN for <c>oss</c>, or where they are not set AWS's chain.
    /// </summary>
    /// <exception cref="FormatException">The URL is not one of these; the message names the part and what it should be.</exception>
    /// <exception cref="StoreException">The embedded store's directory cannot be made or used.</exception>
    public static IObjectStore Open(string url, StoreOpenOptions options)
    {
        IObjectStore store = StoreLocation.Parse(url) switch
        {
            StoreLocation.Embedded embedded => EmbeddedStore.Open(embedded.Path, options.Time),
            StoreLocation.Remote remote => new S3Store(remote.Where),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return new RetryingStore(store, options);
    }

    /// <summary>As the store that this URL names says it in its properties. Opens nothing.</summary>
    /// <exception cref="FormatException">As <see cref="Open"/>.</exception>
    public static string CanonicalOf(string url) => StoreLocation.Parse(url) switch
    {
        StoreLocation.Embedded embedded => EmbeddedStore.UrlOf(embedded.Path),
        StoreLocation.Remote remote => remote.Where.ToUrl(),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private const string Variable = "AGENTBAY_STORE";

    /// <summary>Which store is meant: the one that is given, else <c>AGENTBAY_STORE</c>'s, else the default one. The same also when the working folder changes.</summary>
    /// <exception cref="FormatException">As <see cref="Open"/>; the message begins with the variable where the URL came from there.</exception>
    public static string Resolve(string? given)
    {
        string? set = given is null && Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? value : null;
        string url = given ?? set ?? DefaultUrl;
        try
        {
            _ = StoreLocation.Parse(url);
        }
        catch (FormatException error) when (set is not null)
        {
            throw new FormatException($"{Variable}: {error.Message}", error);
        }

        return url.Contains("://", StringComparison.Ordinal) ? url : Path.GetFullPath(url);
    }

    /// <summary>The embedded store's default directory: <c>$XDG_DATA_HOME/agentbay/store</c>, else <c>~/.local/share/agentbay/store</c>.</summary>
    public static string DefaultUrl => DefaultPath(Environment.GetEnvironmentVariable("XDG_DATA_HOME"), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    /// <param name="home">Empty where there is none.</param>
    internal static string DefaultPath(string? data, string home) =>
        Path.Combine(Path.IsPathRooted(data) ? data : Path.Combine(home.Length == 0 ? "/" : home, ".local/share"), "agentbay/store");
}
