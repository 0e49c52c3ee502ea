using System.CommandLine;
using AgentBay.Fs.Control;
using AgentBay.Fs.Mirror;
using AgentBay.Mount.Mounts;
using AgentBay.Mount.Output;
using AgentBay.ObjectStore;
using AgentBay.Posix;

namespace AgentBay.Mount.CommandLine;

/// <summary><c>unmount</c>: returns 0 only when everything is in the store and the mount's process has ended.</summary>
internal static class UnmountVerb
{
    internal const string Name = "unmount";
    internal const string Alias = "umount";

    internal static Command Create()
    {
        var path = new Argument<string>("path");
        var deadline = new Option<string>("--deadline");
        var force = new Option<bool>("--force");
        var sync = new Option<bool>("--sync");
        var command = new Command(Name) { path, deadline, force, sync };
        command.Aliases.Add(Alias);
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(path), ReadDeadline(parsed.GetValue(deadline)), parsed.GetValue(force), parsed.GetValue(sync)));
        return command;
    }

    internal static async Task<int> RunAsync(string path, TimeSpan? deadline, bool force, bool sync = false)
    {
        MountTarget target = MountTarget.FindExact(path);
        using var interrupt = new Interrupt();
        await using ControlClient? client = await target.TryConnectAsync(interrupt.Token);
        return client is null
            ? await ClearDeadAsync(target, interrupt.Token)
            : await AskAsync(client, target, new ControlRequest.Unmount(deadline?.TotalSeconds, force, sync), interrupt.Token);
    }

    private static async Task<int> AskAsync(ControlClient client, MountTarget target, ControlRequest.Unmount request, CancellationToken cancellationToken)
    {
        using var end = ProcessEnd.Of(client.ServerPid);
        ControlReply reply;
        try
        {
            reply = await WorkDisplay.FollowAsync(client.SendAsync(request, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            throw CommandException.Failed("Interrupted. The unmount goes on in the background: agentbay-mount status shows it.");
        }

        switch (reply)
        {
            case ControlReply.Busy busy:
                throw CommandException.Failed($"{target.MountPoint} is in use by {BusyProcess.Describe(busy.Processes)}: end it, or detach with --force. Nothing was unmounted.");
            case ControlReply.Failed failed:
                throw CommandException.Failed($"{target.MountPoint}: {failed.Message}");
            case ControlReply.Done done:
                await client.WaitForEndAsync(cancellationToken);
                await end.WaitAsync(cancellationToken); // The mirror's disk may be taken away now.
                return Print(done, target, request.Force);
            default:
                throw CommandException.Failed($"Unexpected answer {reply.GetType().Name}.");
        }
    }

    private static int Print(ControlReply.Done done, MountTarget target, bool force)
    {
        if (!done.IsByPolicy)
        {
            return RemainingReport.Print(done, $"{target.MountPoint} is unmounted", "Mount the context again to upload it");
        }

        int code = RemainingReport.Print(
            done, $"{target.MountPoint} is unmounted", "This mount uploads only when asked: mount the context again and run agentbay-mount sync, or unmount with --sync");
        return force ? ExitCode.Done : code; // Who insists has been told, and by their own policy it is no failure.
    }

    private static async Task<int> ClearDeadAsync(MountTarget target, CancellationToken cancellationToken)
    {
        if (target.Entry is { } entry && !DeadMount.TryClear(entry, HostAdapters.Current))
        {
            int? pid = StateFolder.ReadHolder(target.StateFolder)?.Pid;
            throw CommandException.Failed($"Process {pid} holds the mount {target.MountPoint} and does not answer; see {StateFolder.LogFileIn(target.StateFolder)}.");
        }

        string gone = $"agentbay-mount: The process of {target.MountPoint} was gone; the mount is cleared.";
        if (!Directory.Exists(target.StateFolder))
        {
            Console.Error.WriteLine($"agentbay-mount: The mirror {target.StateFolder} was deleted while it was mounted; the mount is cleared. What had not been uploaded is lost.");
            return ExitCode.Unflushed;
        }

        if (await DeadMount.HasNothingPendingAsync(target.StateFolder, HostAdapters.Current, cancellationToken))
        {
            Console.Error.WriteLine($"{gone} Everything is in the store.");
            return ExitCode.Done;
        }

        Console.Error.WriteLine($"{gone} Changes that it had not uploaded are kept in {target.StateFolder}: mount again to upload them ({CommandToMountAgain(target)}).");
        return ExitCode.Unflushed;
    }

    /// <summary>With the same store and mirror: what is kept in this one goes up with no other.</summary>
    private static string CommandToMountAgain(MountTarget target)
    {
        MountHolder? holder = StateFolder.ReadHolder(target.StateFolder);
        List<string> words = [holder?.ContextName ?? "<ctx>", target.MountPoint];
        if (holder is not null && !IsDefaultStore(holder.StoreUrl))
        {
            words.AddRange(["--store", holder.StoreUrl]);
        }

        string cache = Path.GetDirectoryName(target.StateFolder)!;
        if (cache != Path.GetFullPath(StateFolder.DefaultCacheDirectory))
        {
            words.AddRange(["--cache-dir", cache]);
        }

        return $"agentbay-mount {string.Join(' ', words.Select(ShellWord.Quote))}";
    }

    private static bool IsDefaultStore(string url)
    {
        try
        {
            return url == StoreUrl.CanonicalOf(StoreUrl.Resolve(null));
        }
        catch (FormatException)
        {
            return false; // AGENTBAY_STORE is none: whoever mounts has to name one.
        }
    }

    private static TimeSpan? ReadDeadline(string? text) => text is null
        ? null
        : Duration.TryParse(text) ?? throw CommandException.Usage($"--deadline: '{text}' is not a time such as 45s or 2m.");
}
