using AgentBay.Fs.Policies;

namespace AgentBay.Mount.CommandLine;

/// <summary>A policy as it was given and what single options change of it, in whatever order they came.</summary>
internal sealed record PolicyOptions
{
    private SyncPolicy? Given { get; init; }

    private bool? AutoUpload { get; init; }

    private bool? AutoDownload { get; init; }

    private IReadOnlyList<string> Included { get; init; } = [];

    private IReadOnlyList<string> Excluded { get; init; } = [];

    private bool KeepDeleted { get; init; }

    private Lifecycle? Lifecycle { get; init; }

    /// <summary>What a policy says to no effect.</summary>
    internal IReadOnlyList<string> Notes { get; private init; } = [];

    /// <param name="value">JSON, or the name of a file that holds it.</param>
    internal PolicyOptions Policy(string name, string value)
    {
        var notes = new List<string>();
        string json = value.AsSpan().TrimStart().StartsWith('{') ? value : ReadFile(name, value);
        return this with { Given = SyncPolicy.Parse(json, notes), Notes = notes };
    }

    internal PolicyOptions Upload(string name, string value) => this with { AutoUpload = IsAuto(name, value) };

    internal PolicyOptions Download(string name, string value) => this with { AutoDownload = IsAuto(name, value) };

    internal PolicyOptions Include(string path) => this with { Included = [.. Included, path] };

    internal PolicyOptions Exclude(string path) => this with { Excluded = [.. Excluded, path] };

    internal PolicyOptions KeepingDeleted() => this with { KeepDeleted = true };

    /// <param name="value"><c>30d</c>, <c>forever</c>.</param>
    internal PolicyOptions Keep(string name, string value) => this with
    {
        Lifecycle = LifecycleNames.All.Select(lifecycle => (Lifecycle?)lifecycle).FirstOrDefault(lifecycle => Spell(lifecycle!.Value) == value)
            ?? throw CommandException.Usage($"{name}: '{value}' is none of {string.Join(", ", LifecycleNames.All.Select(Spell))}."),
    };

    /// <exception cref="PolicyException">The parts do not go together.</exception>
    internal SyncPolicy ToPolicy()
    {
        SyncPolicy policy = Given ?? SyncPolicy.Default;
        BWList list = Included.Count == 0 ? policy.BWList : new BWList { WhiteLists = [.. Included.Select(path => new WhiteList(path))] };
        return policy with
        {
            UploadPolicy = policy.UploadPolicy with { AutoUpload = AutoUpload ?? policy.UploadPolicy.AutoUpload },
            DownloadPolicy = policy.DownloadPolicy with { AutoDownload = AutoDownload ?? policy.DownloadPolicy.AutoDownload },
            DeletePolicy = KeepDeleted ? policy.DeletePolicy with { SyncLocalFile = false } : policy.DeletePolicy,
            RecyclePolicy = Lifecycle is { } lifecycle ? (policy.RecyclePolicy ?? new()) with { Lifecycle = lifecycle } : policy.RecyclePolicy,
            BWList = Excluded.Aggregate(list, (all, path) => all.Excluding(path)),
        };
    }

    private static string Spell(Lifecycle lifecycle) => lifecycle.Days is { } days ? $"{days}d" : "forever";

    private static bool IsAuto(string name, string value) => value switch
    {
        "auto" => true,
        "manual" => false,
        _ => throw CommandException.Usage($"{name}: '{value}' is neither auto nor manual (only when agentbay-mount sync asks for it)."),
    };

    private static string ReadFile(string name, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Usage($"{name}: '{path}' is neither a policy (JSON that begins with {{) nor a file that can be read: {error.Message}");
        }
    }
}
