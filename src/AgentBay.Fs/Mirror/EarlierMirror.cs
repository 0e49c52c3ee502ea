using AgentBay.Fs.Indexing;

namespace AgentBay.Fs.Mirror;

/// <summary>A mirror that a context of some name left in a cache directory.</summary>
/// <param name="Path">Its state folder.</param>
/// <param name="StoreId">Of the store it was made of; null where it does not say.</param>
/// <param name="IsClean">All that a policy sends to the store was there when it was closed.</param>
public sealed record EarlierMirror(string Path, string? StoreId, bool IsClean)
{
    /// <summary>Those that are mounted nowhere, made of the store at a URL for contexts that had this name.</summary>
    public static async Task<IReadOnlyList<EarlierMirror>> FindAsync(string cacheDirectory, string storeUrl, string contextName)
    {
        var found = new List<EarlierMirror>();
        foreach (string path in StateFolder.AllOf(cacheDirectory, storeUrl).Where(path => StateFolder.ReadHolder(path)?.ContextName == contextName))
        {
            using StateFolder? folder = StateFolder.TryOpen(path);
            if (folder is not null && File.Exists(folder.IndexFile) && await TryReadAsync(folder) is { } mirror)
            {
                found.Add(mirror);
            }
        }

        return found;
    }

    /// <exception cref="FsException">The store at the URL is another one now.</exception>
    public void RequireStore(string? storeId, string storeUrl) => MirrorIdentity.RequireStore(StoreId, storeId ?? "", storeUrl, Path);

    private static async Task<EarlierMirror?> TryReadAsync(StateFolder folder)
    {
        try
        {
            await using var index = BaselineIndex.Open(folder.IndexFile);
            return new EarlierMirror(folder.Path, MirrorIdentity.Of(index).StoreId, index.GetMeta(IndexMeta.Clean) == "1");
        }
        catch (IOException)
        {
            return null; // It says nothing of its store; what is in its tree stays there.
        }
    }
}
