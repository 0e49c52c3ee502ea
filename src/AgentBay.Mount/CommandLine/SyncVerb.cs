using System.CommandLine;
using AgentBay.Fs.Control;
using AgentBay.Mount.Mounts;
using AgentBay.Mount.Output;

namespace AgentBay.Mount.CommandLine;

/// <summary><c>sync</c>: everything pending to the store, or the store's changes here.</summary>
internal static class SyncVerb
{
    internal const string Name = "sync";

    internal static Command Create()
    {
        var path = new Argument<string>("path");
        var mode = new Option<string>("--mode");
        var command = new Command(Name) { path, mode };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(path), ReadMode(parsed.GetValue(mode))));
        return command;
    }

    private static async Task<int> RunAsync(string path, SyncMode mode)
    {
        MountTarget target = MountTarget.Find(path);
        using var interrupt = new Interrupt();
        await using ControlClient client = await target.ConnectAsync(interrupt.Token);
        ControlReply reply = await WorkDisplay.FollowAsync(client.SendAsync(new ControlRequest.Sync(mode), interrupt.Token));
        return reply switch
        {
            ControlReply.Done done => RemainingReport.Print(done, mode == SyncMode.Upload ? $"{target.MountPoint} is synced" : $"{target.MountPoint} shows the store's present state", "It is tried again"),
            ControlReply.Failed failed => throw CommandException.Failed($"{target.MountPoint}: {failed.Message}"),
            _ => throw CommandException.Failed($"Unexpected answer {reply.GetType().Name}."),
        };
    }

    private static SyncMode ReadMode(string? text) => text switch
    {
        null or "upload" => SyncMode.Upload,
        "download" => SyncMode.Download,
        _ => throw CommandException.Usage($"--mode: '{text}' is neither upload nor download."),
    };
}
