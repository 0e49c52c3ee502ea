using AgentBay.Fs.Contexts;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Keys;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;
using Microsoft.Extensions.Logging;

namespace AgentBay.Fs.Checking;

/// <summary>Compares mirror, index and store of a context that is not mounted on this machine.</summary>
public sealed class ContextChecker(IObjectStore store, ContextRecord context, CheckOptions options, ILogger logger)
{
    private readonly ContextKeys keys = new(context.Prefix, store.Properties.MaxKeyBytes);
    private readonly List<Finding> findings = [];

    /// <param name="folder">Locked by the caller; null: this machine has no mirror, and the store alone is checked.</param>
    /// <param name="openFiles">Opens the mirror's files.</param>
    /// <exception cref="FsException">The mirror's disk cannot be used.</exception>
    /// <exception cref="StoreException">The store cannot be listed.</exception>
    public async Task<CheckReport> RunAsync(StateFolder? folder, Func<StateFolder, IMirrorFiles> openFiles, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(openFiles);
        var inspector = new StoreInspector(store, keys, options.Time);
        Dictionary<string, RemoteVersion> objects = await inspector.ListAsync(cancellationToken);
        findings.AddRange(await inspector.CheckRecordAsync(context, cancellationToken));
        findings.AddRange(inspector.CheckKeys(objects.Keys));
        findings.AddRange(await inspector.CheckUploadsAsync(cancellationToken));
        int names = 0;
        if (folder is null || !File.Exists(folder.IndexFile))
        {
            findings.AddRange(await inspector.CheckCopiesAsync(_ => false, null, cancellationToken));
            await MendAsync(null, cancellationToken);
        }
        else
        {
            names = await CheckMirrorAsync(folder, openFiles, inspector, objects, cancellationToken);
        }

        return new CheckReport(folder?.Path, names, objects.Count, findings);
    }

    private async Task<int> CheckMirrorAsync(
        StateFolder folder, Func<StateFolder, IMirrorFiles> openFiles, StoreInspector inspector, Dictionary<string, RemoteVersion> objects, CancellationToken cancellationToken)
    {
        NoteStaging(folder);
        using IMirrorFiles files = openFiles(folder);
        if (OpenIndex(folder) is not { } opened)
        {
            await MendAsync(null, cancellationToken);
            return 0;
        }

        await using BaselineIndex index = opened;
        var operations = OperationIds.Of(index);
        OpenMirror mirror = OpenMirror.Of(files, index, store, context, operations, new MountSessionOptions { Time = options.Time, Policy = KeptPolicy.Of(index) }, logger, folder.TreeDirectory);
        string? storeId = await new StoreIdentity(store, options.Time).FindAsync(cancellationToken);
        var identity = MirrorIdentity.Of(index);
        int names = 0;
        if (identity.StoreId is not null && identity.StoreId != storeId)
        {
            _ = findings.RemoveAll(finding => finding.Class == FindingClass.StoreIdentity);
            findings.Add(Findings.OtherStore(identity, storeId) with { Mend = storeId is null && objects.Count > 0 ? Mend.WriteEntry : Mend.None });
        }
        else if (!SafetyGate.IsSameContext(identity.ContextId, identity.Epoch, context.Id, context.Epoch))
        {
            findings.Add(Findings.Of(FindingClass.OtherEpoch, Mend.None, null, $"The mirror {folder.Path} is of the context as it was before it was cleared: the next mount puts aside what was never stored, and begins anew."));
        }
        else
        {
            (names, IReadOnlyList<Finding> found) = await Task.Run(() => new MirrorInspector(mirror, objects, options.Content).Check(cancellationToken), cancellationToken);
            findings.AddRange(found);
            findings.AddRange(await inspector.CheckCopiesAsync(copy => mirror.Placeholders.IsSource(copy.Key, copy.ETag), operations, cancellationToken));
        }

        await MendAsync(mirror, cancellationToken);
        return names;
    }

    private BaselineIndex? OpenIndex(StateFolder folder)
    {
        try
        {
            return BaselineIndex.Open(folder.IndexFile);
        }
        catch (IndexCorruptException error)
        {
            string? aside = options.Repair ? IndexFile.SetAside(folder.IndexFile, options.Time) : null;
            string next = aside is null ? "The next mount, or a repair, sets it aside and makes a new one" : $"It was set aside as {aside}; the next mount makes a new one";
            findings.Add(Findings.Of(FindingClass.IndexCorrupt, Mend.SetIndexAside, null, $"{error.Message} {next} from marks, content and store.") with { Repaired = aside is not null });
            return null;
        }
    }

    private void NoteStaging(StateFolder folder)
    {
        int left = Directory.EnumerateFileSystemEntries(folder.StagingDirectory).Count();
        if (left > 0)
        {
            findings.Add(Findings.Of(FindingClass.StaleStaging, Mend.None, null, $"{left} files that were being made when the mount was killed were removed from {folder.StagingDirectory}.") with { IsProblem = false });
        }
    }

    private async Task MendAsync(OpenMirror? mirror, CancellationToken cancellationToken)
    {
        if (!options.Repair)
        {
            return;
        }

        var mender = new Mender(store, context, mirror, options.Time);
        for (int i = 0; i < findings.Count; i++)
        {
            if (findings[i] is { IsProblem: true, Repaired: false })
            {
                findings[i] = await mender.MendAsync(findings[i], cancellationToken);
            }
        }
    }
}
