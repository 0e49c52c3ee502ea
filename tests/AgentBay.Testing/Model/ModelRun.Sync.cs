namespace AgentBay.Testing.Model;

/// <summary>What is asked of the sync engine, and what goes wrong below it.</summary>
public sealed partial class ModelRun
{
    private static readonly string[] Steps =
    [
        "place.before", "place.placed", "hydrate.noted", "hydrate.block", "hydrate.synced", "hydrate.unmarked", "discard.noted", "discard.truncated", "discard.unmarked",
        "Intent.noted", "Upload.before", "Upload.put", "Upload.part", "Upload.completed", "Upload.after", "Copy.before", "Copy.copied", "Copy.after",
        "CopyAside.before", "CopyAside.copied", "CopyAside.after", "UploadAttributes.before", "UploadAttributes.copied", "UploadAttributes.after",
        "PutFolder.before", "PutFolder.put", "PutFolder.after", "Delete.before", "Delete.deleted", "Delete.after", "Refresh.before", "Forget.before", "Conflict.copied",
    ];

    private static readonly StoreCall[] Calls =
        [StoreCall.Put, StoreCall.Copy, StoreCall.Delete, StoreCall.Head, StoreCall.List, StoreCall.Get, StoreCall.BeginMultipart, StoreCall.UploadPart, StoreCall.CompleteMultipart];

    private async Task FlushAsync()
    {
        await DoAsync("flush", mount.FlushAsync);
        await CheckStoreAsync();
    }

    /// <summary>When fsync returns, the file is in the store under its name.</summary>
    private async Task FsyncAsync(ModelOp op)
    {
        if (policy.Uploads && model.TryPick(ModelKind.File, op.A, out string? path))
        {
            await DoAsync($"fsync {path}", () => mount.FsyncAsync(path));
            if (IsSynced(path))
            {
                await CheckStoredAsync(path);
            }
        }
    }

    private async Task FsyncFolderAsync(ModelOp op)
    {
        if (policy.Uploads && model.TryPick(ModelKind.Folder, op.A, out string? folder))
        {
            await DoAsync($"fsync folder {folder}", () => mount.FsyncFolderAsync(folder));
            foreach (string path in model.Objects.Where(path => ModelTree.ParentOf(path) == folder && IsSynced(path)))
            {
                await CheckStoredAsync(path);
            }
        }
    }

    private async Task RemountAsync()
    {
        held = null;
        await DoAsync("remount", mount.RemountAsync);
        await SeeWhatComesBackAsync();
    }

    private async Task DownloadAsync()
    {
        await DoAsync("download", mount.DownloadAsync);
        await SeeWhatComesBackAsync();
    }

    private async Task MoveToNewMachineAsync()
    {
        await FlushAsync();
        await MoveAsync();
    }

    private async Task MoveAsync()
    {
        log("a new machine");
        held = null;
        await mount.MoveToNewMachineAsync();
        ModelTree stored = model.WithoutLinks().Only(IsSynced);
        if (!policy.Downloads)
        {
            model = model.Only(_ => false);
            await CheckTreeAsync("on a new machine where nobody asked for anything");
            await DoAsync("download", mount.DownloadAsync);
        }

        model = stored;
        await SeeWhatComesBackAsync();
    }

    private async Task KillAsync()
    {
        log("kill");
        held = null;
        await mount.KillAsync();
        await SeeWhatComesBackAsync();
    }

    /// <summary>Where deletions stay here, the store's next look brings back what was deleted: it must be as the store has it, and from then on it is there.</summary>
    private async Task SeeWhatComesBackAsync()
    {
        if (!policy.KeepsDeleted)
        {
            return;
        }

        IReadOnlyDictionary<string, ModelEntry>? found = null;
        await DoAsync("look at what came back", async () => found = await mount.TreeAsync());
        var stored = new HashSet<string>();
        foreach (string key in (await mount.KeysAsync()).Where(key => !model.IsObject(key)))
        {
            _ = key.EndsWith('/') || stored.Add(await mount.StoredAsync(key) ?? "");
        }

        foreach ((string path, ModelEntry entry) in found!.Where(pair => !model.Contains(pair.Key) && (pair.Value.Kind == ModelKind.Folder || stored.Contains(pair.Value.Content))))
        {
            model[path] = new ModelNode { Kind = entry.Kind, Content = entry.Kind == ModelKind.Folder ? "" : entry.Content, Mode = entry.Mode, Xattr = entry.Xattr };
        }
    }

    /// <summary>All that the store has of the context.</summary>
    private async Task<string> StoreTextAsync()
    {
        var text = new System.Text.StringBuilder();
        foreach (string key in await mount.KeysAsync())
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{key}={ModelEntry.Short(await mount.StoredAsync(key) ?? "")} ");
        }

        return text.ToString();
    }

    private Task FailStoreAsync(ModelOp op)
    {
        (StoreCall call, int number, bool after) = (Calls[op.A % Calls.Length], 1 + (op.B % 3), op.C % 2 == 0);
        log($"fault {call} {number} {(after ? "after" : "before")}");
        mount.FailStore(call, number, after);
        return Task.CompletedTask;
    }

    private Task KillAtStepAsync(ModelOp op)
    {
        (string step, int number) = (Steps[op.A % Steps.Length], 1 + (op.B % 3));
        log($"kill at {step} {number}");
        mount.KillAt(step, number);
        return Task.CompletedTask;
    }
}
