using AgentBay.Fs.Control;
using AgentBay.Mount.CommandLine;
using AgentBay.Mount.Daemon;

namespace AgentBay.Mount.Output;

/// <summary>What a user reads while a mount starts.</summary>
internal static class StartMessages
{
    internal static void Print(StartReport report, MountRequest request)
    {
        switch (report)
        {
            case StartReport.Waiting waiting:
                Console.Error.WriteLine(waiting.Message);
                break;
            case StartReport.Note note:
                Console.Error.WriteLine(note.Message);
                break;
            case StartReport.Ready { Mount: var mount }:
                PrintMounted(mount, request);
                break;
            default:
                break;
        }
    }

    private static void PrintMounted(MountInfo mount, MountRequest request)
    {
        Console.WriteLine($"Context '{mount.Context}' is mounted on {mount.MountPoint}{(mount.ReadOnly ? " (read-only)" : "")}.");
        if (Console.IsOutputRedirected)
        {
            return;
        }

        string when = !request.Policy.UploadPolicy.AutoUpload ? "only when agentbay-mount sync asks for it"
            : request.WriteBack is { } delay ? $"{Duration.Format(delay)} after the last change, at fsync and at unmount" : "at fsync, sync and unmount";
        if (!mount.ReadOnly)
        {
            Console.WriteLine($"Changes go to {mount.Store} {when}.");
        }

        Console.WriteLine(request.Foreground
            ? "Ctrl-C flushes and unmounts."
            : $"Unmount safely with: agentbay-mount unmount {ShellWord.Quote(mount.MountPoint)}");
    }
}
