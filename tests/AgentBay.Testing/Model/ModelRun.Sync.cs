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
        if (model.TryPick(ModelKind.File, op.A, out string? path))
        {
            await DoAsync($"fsync {path}", () => mount.FsyncAsync(path));
            await CheckStoredAsync(path);
        }
    }

    private async Task FsyncFolderAsync(ModelOp op)
    {
        if (model.TryPick(ModelKind.Folder, op.A, out string? folder))
        {
            await DoAsync($"fsync folder {folder}", () => mount.FsyncFolderAsync(folder));
            foreach (string path in model.Objects.Where(path => ModelTree.ParentOf(path) == folder))
            {
                await CheckStoredAsync(path);
            }
        }
    }

    private async Task RemountAsync()
    {
        held = null;
        await DoAsync("remount", mount.RemountAsync);
    }

    private async Task MoveToNewMachineAsync()
    {
        await FlushAsync();
        log("a new machine");
        held = null;
        await mount.MoveToNewMachineAsync();
        model = model.WithoutLinks();
    }

    private Task KillAsync()
    {
        log("kill");
        held = null;
        return mount.KillAsync();
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
