using AgentBay.Fs.Contexts;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Keys;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Checking;

/// <summary>Looks at what the store holds of a context.</summary>
internal sealed class StoreInspector(IObjectStore store, ContextKeys keys, TimeProvider time)
{
    /// <summary>Every object below the context's prefix, by key.</summary>
    public async Task<Dictionary<string, RemoteVersion>> ListAsync(CancellationToken cancellationToken)
    {
        var objects = new Dictionary<string, RemoteVersion>(StringComparer.Ordinal);
        await foreach (ObjectInfo info in store.ListAllAsync(keys.Prefix, cancellationToken))
        {
            objects[info.Key] = TreePlacer.VersionOf(info);
        }

        return objects;
    }

    /// <summary>Keys are hostile input: those that no name has are left alone by every mount, and said here.</summary>
    public IEnumerable<Finding> CheckKeys(IReadOnlyCollection<string> all)
    {
        HashSet<TreePath> folders = [.. all.SelectMany(FoldersOf)];
        foreach (string key in all)
        {
            if (!keys.TryPath(key, out TreePath path, out bool folder))
            {
                yield return Findings.Of(FindingClass.UndecodableKey, Mend.None, key, "No file can have this name: it is left alone and shows nowhere. Rename the object with a tool of the store.");
            }
            else if (!folder && folders.Contains(path))
            {
                string shown = keys.TryShadowedPath(key, out TreePath other) ? $"it shows as {other}" : "it shows nowhere";
                yield return Findings.Of(FindingClass.ShadowedKey, Mend.None, key, $"There is a folder of this name too: {shown}.") with { IsProblem = false };
            }
        }
    }

    /// <param name="isNeeded">Whether a placeholder of this machine's mirror has its bytes there.</param>
    /// <param name="operations">Of this machine's mirror; null without one.</param>
    public async Task<IEnumerable<Finding>> CheckCopiesAsync(Func<ObjectInfo, bool> isNeeded, OperationIds? operations, CancellationToken cancellationToken) =>
        (await AsideCopies.ListAsync(store, keys, cancellationToken).ToListAsync(cancellationToken))
            .Where(copy => !isNeeded(copy))
            .Select(copy => Findings.StaleCopy(copy, operations?.IsOfEarlierSession(keys.AsideName(copy.Key)) == true));

    public async Task<IEnumerable<Finding>> CheckUploadsAsync(CancellationToken cancellationToken) => !store.Properties.ListsUploads ? []
        : (await store.ListUploadsAsync(keys.Prefix, cancellationToken)).Where(upload => time.GetUtcNow() - upload.Begun > StaleUploads.Age).Select(Findings.StaleUpload);

    public async Task<IEnumerable<Finding>> CheckRecordAsync(ContextRecord context, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        if (context.State is ContextRecord.Deleting or ContextRecord.Clearing)
        {
            string verb = context.State == ContextRecord.Deleting ? "delete" : "clear";
            findings.Add(Findings.Of(FindingClass.Record, Mend.None, CatalogKeys.Record(context.Id), $"The context is {context.State}. If that was cut short, run: agentbay-mount context {verb} {context.Id}"));
        }

        if (await new ContextCatalog(store, time).FindAsync(context.Name, cancellationToken) is var named && named?.Id != context.Id)
        {
            string what = named is null ? $"No entry gives the name '{context.Name}' to it." : $"The name '{context.Name}' belongs to {named.Id}: it is found by its id only.";
            findings.Add(Findings.Of(FindingClass.NameEntry, named is null ? Mend.WriteEntry : Mend.None, CatalogKeys.Name(context.Name), what));
        }

        if (await new StoreIdentity(store, time).FindAsync(cancellationToken) is null)
        {
            findings.Add(Findings.Of(FindingClass.StoreIdentity, Mend.WriteEntry, StoreIdentity.Key, "The store has no id: another store behind the same URL would not be noticed."));
        }

        return findings;
    }

    private IEnumerable<TreePath> FoldersOf(string key)
    {
        if (!keys.TryPath(key, out TreePath path, out bool folder))
        {
            yield break;
        }

        for (TreePath above = folder ? path : path.Parent; !above.IsRoot; above = above.Parent)
        {
            yield return above;
        }
    }
}
