using AgentBay.ObjectStore;

namespace AgentBay.Mount;

/// <summary>Which store a command means.</summary>
internal static class DefaultStore
{
    private const string Variable = "AGENTBAY_STORE";

    /// <param name="option">What --store said, if anything.</param>
    internal static string Resolve(string? option) =>
        option ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? set : StoreUrl.DefaultUrl);

    /// <summary>For a process that works in another folder.</summary>
    internal static string Absolute(string url) => url.Contains("://", StringComparison.Ordinal) ? url : Path.GetFullPath(url);

    /// <exception cref="CommandException">The URL is none.</exception>
    internal static IObjectStore Open(string? option)
    {
        try
        {
            return StoreUrl.Open(Resolve(option), StoreOpenOptions.Default);
        }
        catch (FormatException error)
        {
            string from = option is not null ? "--store" : Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } ? Variable : "HOME";
            throw CommandException.Usage($"{from}: {error.Message}");
        }
    }
}
