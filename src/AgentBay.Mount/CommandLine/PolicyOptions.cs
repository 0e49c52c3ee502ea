using AgentBay.Fs.Policies;

namespace AgentBay.Mount.CommandLine;

/// <summary>A policy as it was given and what single options change of it, in whatever order they came.</summary>
internal sealed record PolicyOptions
{
    /// <summary>The option's name as it was typed, and JSON or the name of a file that holds it.</summary>
    private (string Name, string Value)? Given { get; init; }

    private bool? AutoUpload { get; init; }

    private bool? AutoDownload { get; init; }

    private IReadOnlyList<string> Included { get; init; } = [];

    private IReadOnlyList<string> Excluded { get; init; } = [];

    private bool KeepDeleted { get; init; }

    private Lifecycle? Lifecycle { get; init; }

    /// <param name="value">JSON, or the name of a file that holds it: read by <see cref="Read"/> only.</param>
    internal PolicyOptions Policy(string name, string value) => this with
    {
        Given = value.Length > 0 ? (name, value) : throw CommandException.Usage($"{name} is empty: it takes a policy (JSON that begins with {{) or a file that holds one."),
    };

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

    /// <summary>What all this comes to. A file may be a pipe: it is read once.</summary>
    /// <param name="notes">Takes what the policy says to no effect.</param>
    /// <exception cref="PolicyException">It is no policy, or the parts do not go together.</exception>
    internal SyncPolicy Read(ICollection<string> notes)
    {
        SyncPolicy policy = Given is var (name, value)
            ? SyncPolicy.Parse(value.AsSpan().TrimStart().StartsWith('{') ? value : ReadFile(name, value), notes)
            : SyncPolicy.Default;
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
