using AgentBay.ObjectStore;

namespace AgentBay.Sdk;

/// <summary>Which store a client means.</summary>
internal static class StoreChoice
{
    private const string Variable = "AGENTBAY_STORE";

    /// <param name="given">What the options say, if anything.</param>
    /// <returns>The same store also when the working folder changes.</returns>
    internal static string Resolve(string? given)
    {
        string url = given ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? set : StoreUrl.DefaultUrl);
        return url.Length == 0 || url.Contains("://", StringComparison.Ordinal) ? url : Path.GetFullPath(url);
    }

    /// <exception cref="ArgumentException">The URL is none.</exception>
    internal static IObjectStore Open(string url, AgentBayOptions options)
    {
        try
        {
            return StoreUrl.Open(url, new StoreOpenOptions { Time = options.Time, Logger = options.Logger });
        }
        catch (FormatException error)
        {
            throw new ArgumentException($"{(options.StoreUrl is null ? Variable : nameof(options.StoreUrl))}: {error.Message}", nameof(options), error);
        }
    }
}
