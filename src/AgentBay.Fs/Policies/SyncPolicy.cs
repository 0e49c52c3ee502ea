namespace AgentBay.Fs.Policies;

/// <summary>What is synced, and when: the SDK's policy. The defaults sync everything by itself, both ways.</summary>
public sealed record SyncPolicy
{
    public static SyncPolicy Default { get; } = new();

    public UploadPolicy UploadPolicy { get; init; } = new();

    public DownloadPolicy DownloadPolicy { get; init; } = new();

    public DeletePolicy DeletePolicy { get; init; } = new();

    public ExtractPolicy ExtractPolicy { get; init; } = new();

    /// <summary>Null: none was given, and what others said of the context's expiry stays.</summary>
    public RecyclePolicy? RecyclePolicy { get; init; }

    public BWList BWList { get; init; } = new();

    /// <summary>Null: none was given.</summary>
    public MappingPolicy? MappingPolicy { get; init; }

    /// <param name="notes">Takes what the caller should know of: parts that are read and have no effect.</param>
    /// <exception cref="PolicyException">It is no policy.</exception>
    public static SyncPolicy Parse(string json, ICollection<string>? notes = null) => new PolicyReader(notes ?? []).Read(json);

    /// <summary>As the SDKs send it; a recycle policy and a mapping only when there is one.</summary>
    public string ToJson() => PolicyJson.Write(this);

    /// <summary>Paths of a policy are relative to the mount point: one that repeats it would match nothing.</summary>
    /// <exception cref="PolicyException">One does; the message has the path that is meant.</exception>
    public void CheckAgainstMountPoint(string mountPoint)
    {
        foreach (WhiteList list in BWList.WhiteLists)
        {
            RefuseRepetition("White list path", list.Path, mountPoint, "the mount point");
            foreach (string exclude in list.ExcludePaths)
            {
                RefuseRepetition("Excluded path", exclude, $"{mountPoint.TrimEnd('/')}/{list.Path.Trim('/')}", "the mount point and its white list path");
            }
        }

        foreach (string path in RecyclePolicy?.Paths ?? [])
        {
            RefuseRepetition("Recycle policy path", path, mountPoint, "the mount point");
        }
    }

    private static void RefuseRepetition(string what, string path, string top, string topName)
    {
        top = top.TrimEnd('/');
        if (top.Length > 0 && (path.TrimEnd('/') == top || path.StartsWith(top + "/", StringComparison.Ordinal)))
        {
            string rest = path[top.Length..].TrimEnd('/');
            throw new PolicyException(
                $"{what} '{path}' repeats {topName} '{top}': paths are relative to it. Use '{(rest.Length == 0 ? "/" : rest)}' instead "
                + $"(or '{path.TrimStart('/')}' for what has that very path below it).");
        }
    }
}
