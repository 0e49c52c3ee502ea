namespace AgentBay.Testing.Model;

/// <summary>What programs do to a tree.</summary>
public sealed partial class ModelRun
{
    /// <summary>More than one part, and more than one block.</summary>
    private const int LargeFile = 100_000;

    private string? HeldPath => held is null ? null : model.Nodes.FirstOrDefault(pair => ReferenceEquals(pair.Value, held)).Key;

    private async Task WriteAsync(ModelOp op)
    {
        string? path;
        if (op.B % 3 == 0 ? !model.TryPick(ModelKind.File, op.A, out path) : !model.TryPickFree(op.A, out path))
        {
            return;
        }

        if (!MayBecome(path, folder: false))
        {
            return;
        }

        string content = NewContent(op.C);
        await DoAsync($"write {path} '{ModelEntry.Short(content)}'", () => mount.WriteAsync(path, content));
        Written(path, content);
    }

    private string NewContent(int size) => (size % 24) switch
    {
        < 3 => "",
        3 => $"content {version++} {new string('x', LargeFile)}",
        _ => $"content {version++} {new string('x', size % 50)}",
    };

    private void Written(string path, string content)
    {
        if (!model.Contains(path))
        {
            model[path] = new ModelNode { Kind = ModelKind.File };
        }

        (model[path].Content, model[path].MtimeNs) = (content, null);
    }

    private async Task AppendAsync(ModelOp op)
    {
        if (model.TryPick(ModelKind.File, op.A, out string? path))
        {
            string more = $" more {version++}";
            await DoAsync($"append {path}", () => mount.AppendAsync(path, more));
            Written(path, model[path].Content + more);
        }
    }

    private async Task HoldAsync(ModelOp op)
    {
        if (held is null && model.TryPick(ModelKind.File, op.A, out string? path))
        {
            string more = $" held {version++}";
            await DoAsync($"hold {path}", () => mount.HoldAsync(path, more));
            Written(path, model[path].Content + more);
            held = model[path];
        }
    }

    private async Task ReleaseAsync()
    {
        if (held is not null)
        {
            string more = $" released {version++}";
            string? path = HeldPath;
            log($"release {path ?? "(deleted)"}");
            await mount.ReleaseAsync(path, more);
            if (path is not null)
            {
                Written(path, held.Content + more);
            }

            held = null;
        }
    }

    private async Task RenameAsync(ModelOp op, bool over)
    {
        static bool Movable(ModelNode node) => node.Kind != ModelKind.Folder;
        string? to = null;
        if (!model.TryPick(Movable, op.A, out string? from) || !(over ? model.TryPick(Movable, op.B, out to) : model.TryPickFree(op.B, out to))
            || to == from || ReferenceEquals(model.Nodes.GetValueOrDefault(to), model[from]) || !MayBecome(to, folder: false))
        {
            return; // Two names of one inode: rename does nothing.
        }

        await DoAsync($"rename {from} {to}", () => mount.RenameAsync(from, to));
        model.Move(from, to);
    }

    private async Task RenameFolderAsync(ModelOp op)
    {
        bool over = op.C % 4 == 0;
        string? to = null;
        if (!model.TryPick(ModelKind.Folder, op.A, out string? from)
            || !(over ? model.TryPick(ModelKind.Folder, op.B, out to) && model.IsEmpty(to) : model.TryPickFree(op.B, out to)) || ModelTree.IsAtOrUnder(to!, from))
        {
            return;
        }

        if (!MayMove(from, to!))
        {
            return;
        }

        if (await TryMoveAsync($"rename folder {from} {to}", () => mount.RenameAsync(from, to!)))
        {
            model.Move(from, to!);
        }
    }

    /// <summary>
    /// Where deletions stay here, a name that was a folder and becomes a file, or the reverse, is both in the store: one of them comes back under an
    /// escaped name. That has tests of its own.
    /// </summary>
    private bool MayBecome(string path, bool folder)
    {
        if (policy.KeepsDeleted && wereFolders.TryGetValue(path, out bool was) && was != folder)
        {
            return false;
        }

        wereFolders[path] = folder;
        return true;
    }

    private bool MayMove(string from, string to) => model.AtAndUnder(from).All(path => MayBecome(to + path[from.Length..], model[path].Kind == ModelKind.Folder));

    /// <returns>False: it was refused, and nothing moved.</returns>
    private async Task<bool> TryMoveAsync(string what, Func<Task> move)
    {
        try
        {
            await DoAsync(what, move);
            return true;
        }
        catch (Exception error) when (mount.IsOtherFileSystem(error))
        {
            log($"  {error.Message}");
            return false;
        }
    }

    private async Task ExchangeAsync(ModelOp op)
    {
        if (model.TryPick(_ => true, op.A, out string? one) && model.TryPick(_ => true, op.B, out string? other)
            && !ModelTree.IsAtOrUnder(one, other) && !ModelTree.IsAtOrUnder(other, one) && !ReferenceEquals(model[one], model[other]) && MayMove(one, other) && MayMove(other, one))
        {
            // Not done again after a kill: the kernel has answered, or it has not begun.
            if (await TryMoveAsync($"exchange {one} {other}", () => mount.ExchangeAsync(one, other)))
            {
                model.Exchange(one, other);
            }
        }
    }

    private async Task DeleteAsync(ModelOp op)
    {
        if (model.TryPick(node => node.Kind != ModelKind.Folder, op.A, out string? path))
        {
            await DoAsync($"delete {path}", () => mount.DeleteAsync(path));
            model.Remove(path);
        }
    }

    private async Task MakeFolderAsync(ModelOp op)
    {
        if (model.TryPickFree(op.A, out string? path) && MayBecome(path, folder: true))
        {
            await DoAsync($"mkdir {path}", () => mount.MakeFolderAsync(path));
            model[path] = new ModelNode { Kind = ModelKind.Folder, Mode = 0x1ED };
        }
    }

    private async Task RemoveFolderAsync(ModelOp op)
    {
        if (model.TryPick(ModelKind.Folder, op.A, out string? path) && model.IsEmpty(path))
        {
            await DoAsync($"rmdir {path}", () => mount.RemoveFolderAsync(path));
            model.Remove(path);
        }
    }

    private async Task RemoveTreeAsync(ModelOp op)
    {
        if (!model.TryPick(ModelKind.Folder, op.A, out string? folder))
        {
            return;
        }

        foreach (string path in model.AtAndUnder(folder).OrderByDescending(path => path, StringComparer.Ordinal))
        {
            bool isFolder = model[path].Kind == ModelKind.Folder;
            await DoAsync($"rm -r {path}", () => isFolder ? mount.RemoveFolderAsync(path) : mount.DeleteAsync(path));
            model.Remove(path);
        }
    }

    private async Task LinkAsync(ModelOp op)
    {
        if (model.TryPick(ModelKind.File, op.A, out string? path) && model.TryPickFree(op.B, out string? name) && MayBecome(name, folder: false))
        {
            await DoAsync($"link {path} {name}", () => mount.LinkAsync(path, name));
            model[name] = model[path];
        }
    }

    private async Task SymlinkAsync(ModelOp op)
    {
        if (model.TryPickFree(op.A, out string? path) && MayBecome(path, folder: false))
        {
            string target = $"target{version++}";
            await DoAsync($"symlink {target} {path}", () => mount.SymlinkAsync(target, path));
            model[path] = new ModelNode { Kind = ModelKind.Symlink, Content = target };
        }
    }

    private async Task ChangeModeAsync(ModelOp op)
    {
        if (model.TryPick(node => node.Kind != ModelKind.Symlink, op.A, out string? path))
        {
            bool folder = model[path].Kind == ModelKind.Folder;
            uint mode = (folder ? 0x1C0u : 0x180u) | (uint)(op.B % 8);
            await DoAsync($"chmod {path} {Convert.ToString(mode, 8)}", () => mount.ChangeModeAsync(path, mode));
            model[path].Mode = mode;
        }
    }

    private async Task SetXattrAsync(ModelOp op)
    {
        if (model.TryPick(ModelKind.File, op.A, out string? path))
        {
            string value = $"{version++}";
            await DoAsync($"setxattr {path} {value}", () => mount.SetXattrAsync(path, value));
            model[path].Xattr = value;
        }
    }

    private async Task SetTimeAsync(ModelOp op)
    {
        if (model.TryPick(ModelKind.File, op.A, out string? path))
        {
            long time = (1_000_000_000L + op.B) * 1_000_000_000 + op.C;
            await DoAsync($"utimens {path} {time}", () => mount.SetTimeAsync(path, time));
            model[path].MtimeNs = time;
        }
    }

    private async Task ReadAsync(ModelOp op)
    {
        if (model.TryPick(ModelKind.File, op.A, out string? path))
        {
            string found = "";
            await DoAsync($"read {path}", async () => found = await mount.ReadAsync(path));
            if (found != model[path].Content)
            {
                throw new ModelException($"{path} reads '{ModelEntry.Short(found)}', not '{ModelEntry.Short(model[path].Content)}'.");
            }
        }
    }
}
