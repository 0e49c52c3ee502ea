using AgentBay.Fs.Contexts;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentBay.Fs.Checking;

/// <summary>What a mount that was killed left to upload: what the next one would find, found without mounting and without asking the store.</summary>
public static class PendingLook
{
    /// <param name="folder">Locked by the caller.</param>
    /// <returns>The names that are not in the store as they are here; null when that cannot be told.</returns>
    public static async Task<IReadOnlyList<TreePath>?> FindAsync(StateFolder folder, IMirrorFiles files, IObjectStore store, string contextId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            await using var index = BaselineIndex.Open(folder.IndexFile);
            var options = new MountSessionOptions { Policy = KeptPolicy.Of(index) };
            switch (MirrorRecovery.EndOf(index, options.BootId))
            {
                case MirrorEnd.Clean:
                    return [];
                case MirrorEnd.PowerLost:
                    return null;
                default:
                    var context = new ContextRecord { Id = contextId, Name = contextId, CreatedAt = DateTimeOffset.UnixEpoch, Epoch = "" };
                    return await FindAsync(OpenMirror.Of(files, index, store, context, OperationIds.Of(index), options, NullLogger.Instance, folder.TreeDirectory), cancellationToken);
            }
        }
        catch (IOException)
        {
            return null; // The index or the disk does not say; the next mount tells what is wrong.
        }
    }

    private static async Task<IReadOnlyList<TreePath>> FindAsync(OpenMirror mirror, CancellationToken cancellationToken)
    {
        var scanner = new LocalScanner(mirror);
        _ = await Task.Run(() => MirrorRecovery.CompareAll(mirror, scanner), cancellationToken);
        var states = new List<PathState>();
        var unseen = new List<TreePath>();
        foreach (TreePath path in mirror.Journal.Read(out _).Keys)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                states.Add(await scanner.SeeAsync(path));
            }
            catch (FsException)
            {
                unseen.Add(path); // It could not be stored: the next flush says why.
            }
        }

        SyncPlan plan = Planner.Plan(states, n => mirror.Keys.Aside($"{n}"));
        return [.. unseen, .. plan.Actions.Where(action => action.Kind is not (ActionKind.Refresh or ActionKind.Forget or ActionKind.CopyAside)).Select(action => action.Path)];
    }
}
