namespace AgentBay.Testing.Model;

/// <summary>
/// Another session or tool changes a path of the store that this session may have changed too since both last agreed. No version that either side
/// wrote without knowing the other's is lost.
/// </summary>
public sealed partial class ModelRun
{
    private const int ByDownload = 2;

    private enum Change
    {
        Put,
        PutSymlink,
        Delete,
        PutNew,
        PutInNewFolder,
        DeleteFolder,
    }

    private enum Race
    {
        None,
        Write,
        Append,
        Delete,
        Rename,
        ChangeMode,
        Link,
    }

    /// <param name="Tree">The tree that is right.</param>
    /// <param name="Conflict">The content that must also be there, under a conflict name.</param>
    private sealed record Outcome(ModelTree Tree, string? Conflict = null);

    private async Task ForeignAsync(ModelOp op)
    {
        (Change change, Race race) = ((Change)(op.B % 6), (Race)(op.B / 6 % 7));
        if (PathOf(change, op.A) is not { } path || !(change == Change.DeleteFolder ? model.AtAndUnder(path) : [path]).All(IsSynced))
        {
            return;
        }

        await ReleaseAsync(); // What is open for writing is not replaced.
        mount.ClearFaults();
        await FlushAsync();
        ModelTree before = model.Copy();
        race = await RaceAsync(change, race, path, op.C);
        string foreign = change == Change.PutSymlink ? $"foreign{version++}" : $"foreign {version++}";
        async Task ChangeAsync()
        {
            log($"{change} in the store: {path}");
            await ChangeStoreAsync(change, path, foreign, before);
        }

        await SeeAsync(policy.Downloads ? op.C / 10 % 4 : ByDownload, ChangeAsync);
        await ResolveAsync(path, OutcomesOf(change, race, path, foreign, before));
    }

    private string? PathOf(Change change, int number)
    {
        string? path;
        return change switch
        {
            Change.PutNew or Change.PutInNewFolder => model.TryPickFree(number, out path) ? path : null,
            Change.DeleteFolder => model.TryPick(ModelKind.Folder, number, out path) ? path : null,
            _ => model.TryPick(node => node.Kind == ModelKind.File, number, out path) ? path : null,
        };
    }

    private Task ChangeStoreAsync(Change change, string path, string content, ModelTree before) => change switch
    {
        Change.Delete => mount.ChangeStoreAsync(path, null),
        Change.PutInNewFolder => mount.ChangeStoreAsync($"{path}/new", content),
        Change.DeleteFolder => DeleteStoredFolderAsync(path, before),
        _ => mount.ChangeStoreAsync(path, content, symlink: change == Change.PutSymlink),
    };

    private async Task DeleteStoredFolderAsync(string folder, ModelTree before)
    {
        foreach (string path in before.AtAndUnder(folder))
        {
            await mount.ChangeStoreAsync(before[path].Kind == ModelKind.Folder ? path + "/" : path, null);
        }
    }

    /// <summary>This session's own change of the same path, of which the other knows nothing.</summary>
    /// <returns>What was done.</returns>
    private async Task<Race> RaceAsync(Change change, Race race, string path, int number)
    {
        if (change is Change.PutInNewFolder or Change.DeleteFolder || (change == Change.PutNew && race != Race.Write))
        {
            return Race.None;
        }

        string content = NewContent(4);
        switch (race)
        {
            case Race.Write:
                await DoAsync($"write {path} '{content}'", () => mount.WriteAsync(path, content));
                Written(path, content);
                return race;
            case Race.Append:
                await DoAsync($"append {path}", () => mount.AppendAsync(path, content));
                Written(path, model[path].Content + content);
                return race;
            case Race.Delete:
                await DoAsync($"delete {path}", () => mount.DeleteAsync(path));
                model.Remove(path);
                return race;
            case Race.Rename or Race.Link when model.TryPickFree(number, out string? to):
                // Bytes that are only in the store are lost with the object: that they are here is part of the case.
                await DoAsync($"read {path}", () => mount.ReadAsync(path));
                await DoAsync($"{race} {path} {to}", () => race == Race.Rename ? mount.RenameAsync(path, to) : mount.LinkAsync(path, to));
                model[to] = model[path];
                if (race == Race.Rename)
                {
                    model.Remove(path);
                }

                return race;
            case Race.ChangeMode:
                await DoAsync($"chmod {path}", () => mount.ChangeModeAsync(path, 0x1C0));
                model[path].Mode = 0x1C0;
                return race;
            default:
                return Race.None;
        }
    }

    private async Task SeeAsync(int way, Func<Task> change)
    {
        if (way == 0)
        {
            log("kill");
            await mount.KillAsync(change);
        }
        else
        {
            await change();
        }

        if (way != 1)
        {
            await DoAsync("flush", mount.FlushAsync);
        }

        await (way == ByDownload ? DoAsync("download", mount.DownloadAsync) : DoAsync("remount", mount.RemountAsync));
        await DoAsync("flush", mount.FlushAsync);
    }

    private List<Outcome> OutcomesOf(Change change, Race race, string path, string content, ModelTree before) => change switch
    {
        Change.Delete => OutcomesOfDeletion(race, path),
        Change.PutInNewFolder => [new Outcome(With(tree =>
        {
            tree[path] = new ModelNode { Kind = ModelKind.Folder, Mode = 0x1ED };
            tree[$"{path}/new"] = new ModelNode { Kind = ModelKind.File, Content = content };
        }))],
        Change.DeleteFolder => OrWithoutEmptyFolders(With(tree => before.AtAndUnder(path).ToList().ForEach(tree.Remove)), ModelTree.ParentOf(path)),
        _ when race is Race.Write or Race.Append => [new Outcome(model.Copy(), content)],
        _ => [new Outcome(With(tree => tree[path] = new ModelNode { Kind = change == Change.PutSymlink ? ModelKind.Symlink : ModelKind.File, Content = content }))],
    };

    private List<Outcome> OutcomesOfDeletion(Race race, string path) => race switch
    {
        Race.Write or Race.Append => [new Outcome(model.Copy())], // Deletion against edit keeps the edit.
        Race.ChangeMode => [new Outcome(model.Copy()), .. OrWithoutEmptyFolders(With(tree => tree.Remove(path)), ModelTree.ParentOf(path))],
        _ => OrWithoutEmptyFolders(With(tree => tree.Remove(path)), ModelTree.ParentOf(path)),
    };

    /// <summary>A folder that had no object of its own goes from the store with its last file, and stays where it is looked at before.</summary>
    private static List<Outcome> OrWithoutEmptyFolders(ModelTree tree, string folder)
    {
        var outcomes = new List<Outcome> { new(tree) };
        for (; folder.Length > 0 && tree.Contains(folder) && tree.IsEmpty(folder); folder = ModelTree.ParentOf(folder))
        {
            tree = tree.Copy();
            tree.Remove(folder);
            outcomes.Add(new Outcome(tree));
        }

        return outcomes;
    }

    /// <summary>The mount must show one of the outcomes; the model goes on from that one.</summary>
    private async Task ResolveAsync(string path, IReadOnlyList<Outcome> outcomes)
    {
        IReadOnlyDictionary<string, ModelEntry>? found = null;
        await DoAsync("look at what came of it", async () => found = await mount.TreeAsync());
        foreach (Outcome outcome in outcomes)
        {
            ModelTree tree = outcome.Tree;
            List<KeyValuePair<string, ModelEntry>> conflicts =
                outcome.Conflict is null ? [] : [.. found!.Where(pair => pair.Key.StartsWith($"{path}.conflict-", StringComparison.Ordinal) && !tree.Contains(pair.Key))];
            foreach ((string name, ModelEntry entry) in conflicts)
            {
                tree[name] = new ModelNode { Kind = entry.Kind, Content = entry.Content, Mode = entry.Mode, Xattr = entry.Xattr };
            }

            if ((outcome.Conflict is null || (conflicts.Count > 0 && conflicts.All(pair => pair.Value.Content == outcome.Conflict))) && tree.Difference(found!) is null)
            {
                model = tree;
                await CheckStoreAsync();
                return;
            }
        }

        throw new ModelException($"After the change in the store:\n{outcomes[0].Tree.Difference(found!) ?? $"'{outcomes[0].Conflict}' is lost"}\nstore: {string.Join(' ', await mount.KeysAsync())}");
    }

    private ModelTree With(Action<ModelTree> change)
    {
        ModelTree tree = model.Copy();
        change(tree);
        return tree;
    }
}
