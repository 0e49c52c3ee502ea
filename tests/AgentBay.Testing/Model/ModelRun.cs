namespace AgentBay.Testing.Model;

/// <summary>
/// Carries out one sequence on a mount and on the model. What the mount acknowledged is in the model: it must be there after any kill, fault and
/// remount, and nothing else. Where two sides race, the model knows all outcomes that are right.
/// </summary>
public sealed partial class ModelRun(IModelMount mount, Action<string> log, ModelPolicy? policy = null)
{
    private const int MostTries = 8;

    private readonly Dictionary<string, bool> wereFolders = [];
    private readonly ModelPolicy policy = policy ?? new ModelPolicy();

    private ModelTree model = new();
    private ModelNode? held;
    private int version;

    /// <summary>The steps alone: <see cref="EndAsync"/>, or checks of the caller, follow.</summary>
    /// <exception cref="ModelException">The mount does not do what the model says.</exception>
    public async Task RunAsync(IReadOnlyList<ModelOp> ops)
    {
        await DoAsync("anchor", () => mount.WriteAsync(ModelTree.Anchor, "stays"));
        model[ModelTree.Anchor] = new ModelNode { Kind = ModelKind.File, Content = "stays" };
        foreach (ModelOp op in ops)
        {
            string? before = policy.Uploads ? null : await StoreTextAsync();
            await StepAsync(op);
            if (before is not null && op.Act is not (ModelAct.Flush or ModelAct.MoveToNewMachine or ModelAct.Foreign) && await StoreTextAsync() is var after && after != before)
            {
                throw new ModelException($"{op} changed the store, though nobody asked to upload:\n{before}\nto\n{after}");
            }
        }
    }

    /// <summary>When quiet, everything is the same everywhere: in this mirror, in the store, and on a machine that knows only the store.</summary>
    public async Task EndAsync()
    {
        await StoreAllAsync();
        mount.ClearFaults();
        await RemountAsync();
        await CheckTreeAsync("after a remount");
        await MoveAsync();
        await CheckTreeAsync("on a new machine");
    }

    private bool IsSynced(string path) => !policy.IsLocalOnly(path);

    /// <summary>Closes what is open, and everything is in the store as the mount shows it.</summary>
    public async Task StoreAllAsync()
    {
        await ReleaseAsync();
        await FlushAsync();
        await CheckTreeAsync("the mirror at the end");
    }

    private Task StepAsync(ModelOp op) => op.Act switch
    {
        ModelAct.Write => WriteAsync(op),
        ModelAct.Append => AppendAsync(op),
        ModelAct.Rename => RenameAsync(op, over: false),
        ModelAct.RenameOver => RenameAsync(op, over: true),
        ModelAct.RenameFolder => RenameFolderAsync(op),
        ModelAct.Exchange => ExchangeAsync(op),
        ModelAct.Delete => DeleteAsync(op),
        ModelAct.MakeFolder => MakeFolderAsync(op),
        ModelAct.RemoveFolder => RemoveFolderAsync(op),
        ModelAct.RemoveTree => RemoveTreeAsync(op),
        ModelAct.Link => LinkAsync(op),
        ModelAct.Symlink => SymlinkAsync(op),
        ModelAct.ChangeMode => ChangeModeAsync(op),
        ModelAct.SetXattr => SetXattrAsync(op),
        ModelAct.SetTime => SetTimeAsync(op),
        ModelAct.Read => ReadAsync(op),
        ModelAct.Hold => HoldAsync(op),
        ModelAct.Release => ReleaseAsync(),
        ModelAct.Fsync => FsyncAsync(op),
        ModelAct.FsyncFolder => FsyncFolderAsync(op),
        ModelAct.Flush => FlushAsync(),
        ModelAct.WriteBack => policy.Uploads ? DoAsync("write back", mount.WriteBackAsync) : Task.CompletedTask,
        ModelAct.Download => DownloadAsync(),
        ModelAct.Remount => RemountAsync(),
        ModelAct.MoveToNewMachine => MoveToNewMachineAsync(),
        ModelAct.Kill => KillAsync(),
        ModelAct.FailStore => FailStoreAsync(op),
        ModelAct.KillAtStep => KillAtStepAsync(op),
        ModelAct.Foreign => policy.KeepsDeleted ? Task.CompletedTask : ForeignAsync(op),
        _ => throw new ArgumentException($"{op.Act} is no act."),
    };

    /// <summary>Until it is done: a kill mounts again, a fault of the store tries again.</summary>
    private async Task DoAsync(string what, Func<Task> act)
    {
        log(what);
        for (int tries = 1; ; tries++)
        {
            try
            {
                await act();
                if (!mount.WasKilled)
                {
                    return;
                }
            }
            catch (Exception error) when (mount.WasKilled || (mount.IsTransient(error) && tries < MostTries))
            {
                log($"  {error.Message}");
            }

            if (mount.WasKilled)
            {
                log("  killed");
                held = null;
                await mount.KillAsync();
                await SeeWhatComesBackAsync();
            }
        }
    }

    public async Task CheckTreeAsync(string where)
    {
        IReadOnlyDictionary<string, ModelEntry>? found = null;
        await DoAsync($"look at {where}", async () => found = await mount.TreeAsync());
        if (model.Difference(found!) is { } difference)
        {
            throw new ModelException($"{where}:\n{difference}\nstore: {string.Join(' ', await mount.KeysAsync())}");
        }
    }

    /// <summary>Every file is an object under its name, and every object is a file; markers are those of folders.</summary>
    private async Task CheckStoreAsync()
    {
        IReadOnlyList<string> keys = await mount.KeysAsync();
        string expected = string.Join(' ', model.Objects.Where(IsSynced));
        string found = string.Join(' ', keys.Where(key => !key.EndsWith('/') && (!policy.KeepsDeleted || model.IsObject(key))));
        if (found != expected)
        {
            throw new ModelException($"The store has\n{found}\nnot\n{expected}");
        }

        if (!policy.KeepsDeleted && keys.FirstOrDefault(key => key.EndsWith('/') && !(model.Contains(key[..^1]) && IsSynced(key[..^1]))) is { } marker)
        {
            throw new ModelException($"The store has the marker {marker} of a folder that is not there.");
        }

        foreach (string path in model.Objects.Where(IsSynced))
        {
            await CheckStoredAsync(path);
        }
    }

    private async Task CheckStoredAsync(string path)
    {
        string? stored = await mount.StoredAsync(path);
        if (stored != model[path].Content)
        {
            throw new ModelException($"{path} is in the store as '{ModelEntry.Short(stored ?? "(nothing)")}', not '{ModelEntry.Short(model[path].Content)}'.");
        }
    }
}
