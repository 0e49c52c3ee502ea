using AgentBay.Fs.Contexts;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Keys;
using AgentBay.Fs.Policies;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;
using Microsoft.Extensions.Logging;

namespace AgentBay.Fs.Mirror;

/// <summary>What an open mirror is made of, handed to the parts that work on it.</summary>
internal sealed record OpenMirror
{
    public required IMirrorFiles Files { get; init; }
    public required BaselineIndex Index { get; init; }
    public required IObjectStore Store { get; init; }
    public required ContextKeys Keys { get; init; }
    public required OperationIds Operations { get; init; }
    public required MountSessionOptions Options { get; init; }
    public required SyncRules Rules { get; init; }
    public required ILogger Logger { get; init; }
    public required ContextWatch Watch { get; init; }

    public required ListingDoubt Doubt { get; init; }
    public required ReadFailures ReadFailures { get; init; }

    public required Journal Journal { get; init; }
    public PlaceholderTable Placeholders { get; } = new();
    public NamespaceGate Gate { get; } = new();
    public PathLocks Locks { get; } = new();
    public AckLog Acks { get; } = new();

    /// <param name="treeDirectory">Where the files are, for messages.</param>
    public static OpenMirror Of(
        IMirrorFiles files, BaselineIndex index, IObjectStore store, ContextRecord context, OperationIds operations, MountSessionOptions options, ILogger logger, string treeDirectory)
    {
        var guard = new ContextGuard(new ContextCatalog(store, options.Time), context, options.Time);
        return new OpenMirror
        {
            Files = files,
            Index = index,
            Store = store,
            Keys = new ContextKeys(context.Prefix, store.Properties.MaxKeyBytes),
            Operations = operations,
            Options = options,
            Rules = new SyncRules(options.Policy),
            Journal = new Journal(options.Time),
            Logger = logger,
            Doubt = new ListingDoubt(index),
            ReadFailures = new ReadFailures(files),
            Watch = new ContextWatch(guard, store, index, treeDirectory),
        };
    }

    /// <summary>How large a file's parts are. A file that is too large to be sent may still come from the store: its parts are the largest.</summary>
    public int PartSizeFor(long size) =>
        PartSizes.For(Math.Min(size, PartSizes.LargestObject(Store.Properties)), Options.PartSize, Store.Properties.MaxParts);

    /// <summary>Whether a rule of the store lets files of this context expire.</summary>
    /// <param name="whole">All of them: then the context may well be empty.</param>
    public async Task<bool> ExpiresAsync(bool whole, CancellationToken cancellationToken)
    {
        try
        {
            return (await Store.GetExpiryRulesAsync(cancellationToken)).Any(rule =>
                Keys.Prefix.StartsWith(rule.Prefix, StringComparison.Ordinal) || (!whole && rule.Prefix.StartsWith(Keys.Prefix, StringComparison.Ordinal)));
        }
        catch (StoreException error)
        {
            Log.RulesNotRead(Logger, error.Message);
            return false;
        }
    }

    /// <summary>Set by the host adapter: see <see cref="IMirrorHost.EntryChanged"/>.</summary>
    public Action<TreePath>? EntryChanged { get; set; }
}
