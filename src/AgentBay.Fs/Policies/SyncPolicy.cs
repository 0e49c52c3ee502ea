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

    /// <summary>Refuses what could only be a mistake: paths of a policy are relative to the mount point, and one that repeats it would match nothing; and something is to be synced.</summary>
    /// <param name="mountPoint">Absolute.</param>
    /// <param name="realPath">realpath(3): the same place may be written in several ways.</param>
    /// <exception cref="PolicyException">The message has the path that is meant.</exception>
    public void Check(string mountPoint, Func<string, string> realPath)
    {
        ArgumentNullException.ThrowIfNull(mountPoint);
        ArgumentNullException.ThrowIfNull(realPath);
        BWList.RefuseNothing();
        var mount = RepeatedPath.OfMount(mountPoint, realPath);
        foreach (WhiteList list in BWList.WhiteLists)
        {
            mount.Refuse("White list path", list.Path);
            foreach (string exclude in list.ExcludePaths)
            {
                mount.Below(list.Path).Refuse("Excluded path", exclude);
                mount.RefuseOutside("Excluded path", exclude, list.Path);
            }
        }

        foreach (string path in RecyclePolicy?.Paths ?? [])
        {
            mount.Refuse("Recycle policy path", path);
        }
    }
}
