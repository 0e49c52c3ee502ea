using AgentBay.Fs.Contexts;
using AgentBay.Mount.Daemon;
using AgentBay.Mount.Mounts;
using AgentBay.Mount.Output;

namespace AgentBay.Mount.CommandLine;

/// <summary>What <c>context delete</c> and <c>context clear</c> do.</summary>
internal static class ContextRemoval
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    internal static async Task<int> DeleteAsync(StoreSession session, string nameOrId, bool yes, bool json, CancellationToken cancellationToken)
    {
        ContextRecord context = await session.FindAsync(nameOrId, cancellationToken);
        await RefuseMountedAsync(context, session.Url, cancellationToken);
        await Confirmation.RequireAsync(
            yes, $"This deletes context '{context.Name}' with all its files from {session.Url}",
            $"Delete context '{context.Name}' with all its files from {session.Url}? Type its name to confirm:", context.Name, cancellationToken);
        ContextRecord deleting = await session.Catalog.BeginDeleteAsync(context, cancellationToken);
        try
        {
            await CountDisplay.ShowAsync("deleting", progress => session.Catalog.DeleteAsync(deleting, progress, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            throw CommandException.Failed(
                $"Interrupted. Context '{deleting.Name}' is half deleted, neither mounted nor written to, until it is deleted again: agentbay-mount context delete {ShellWord.Quote(deleting.Name)} --yes");
        }

        return Say(json, context with { State = "deleted" }, $"Deleted context '{context.Name}' ({context.Id}).");
    }

    /// <param name="wait">Null: the clear goes on in the background.</param>
    internal static async Task<int> ClearAsync(StoreSession session, string nameOrId, TimeSpan? wait, bool yes, bool json, CancellationToken cancellationToken)
    {
        ContextRecord context = await session.FindAsync(nameOrId, cancellationToken);
        await RefuseMountedAsync(context, session.Url, cancellationToken);
        await Confirmation.RequireAsync(
            yes, $"This deletes all files of context '{context.Name}' from {session.Url}",
            $"Delete all files of context '{context.Name}' from {session.Url}? Type its name to confirm:", context.Name, cancellationToken);
        ContextRecord clearing = await session.Catalog.BeginClearAsync(context, cancellationToken);
        if (wait is null)
        {
            ClearingProcess.Start(session.Argument, clearing);
            return Say(json, clearing, $"Context '{context.Name}' ({context.Id}) is being cleared in the background: agentbay-mount context get {ShellWord.Quote(context.Name)} shows its state.");
        }

        return await WaitAsync(session, clearing, wait.Value, json, cancellationToken);
    }

    internal static TimeSpan ReadTimeout(string? text) => text is null
        ? DefaultTimeout
        : Duration.TryParse(text) ?? throw CommandException.Usage($"--timeout: '{text}' is not a time such as 60s or 5m.");

    private static async Task<int> WaitAsync(StoreSession session, ContextRecord clearing, TimeSpan wait, bool json, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(wait);
        try
        {
            ContextRecord? cleared = null;
            await CountDisplay.ShowAsync("clearing", async progress => cleared = await session.Catalog.FinishClearAsync(clearing, progress, deadline.Token));
            return Say(json, cleared!, $"Cleared context '{clearing.Name}' ({clearing.Id}).");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw CommandException.Failed($"Interrupted. Context '{clearing.Name}' stays as it is, neither mounted nor written to, until it is cleared again.");
        }
        catch (OperationCanceledException)
        {
            ClearingProcess.Start(session.Argument, clearing);
            throw CommandException.Failed($"Context clearing timed out after {wait.TotalSeconds:0.###} seconds. It goes on in the background: agentbay-mount context get {ShellWord.Quote(clearing.Name)} shows its state.");
        }
    }

    private static int Say(bool json, ContextRecord context, string text)
    {
        if (json)
        {
            return ContextReport.Print(context, json: true);
        }

        Console.WriteLine(text);
        return ExitCode.Done;
    }

    private static async Task RefuseMountedAsync(ContextRecord context, string url, CancellationToken cancellationToken)
    {
        foreach (MountTarget target in OperatingSystem.IsLinux() ? MountTarget.All() : [])
        {
            MountReport report = await MountReport.OfAsync(target, cancellationToken);
            if (report.ContextId == context.Id && report.Store == url && report.State != "dead")
            {
                throw CommandException.Failed($"Context '{context.Name}' is mounted on {report.MountPoint}: unmount it first (agentbay-mount unmount {ShellWord.Quote(report.MountPoint)}).");
            }
        }
    }
}
