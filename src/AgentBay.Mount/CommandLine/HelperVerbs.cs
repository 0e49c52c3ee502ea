using System.CommandLine;
using System.Diagnostics;
using AgentBay.Mount.Mounts;
using AgentBay.Posix;

namespace AgentBay.Mount.CommandLine;

/// <summary>
/// What mount(8) and umount(8) run for the types fuse.agentbay and agentbay, by the scripts that <c>build.sh install</c> puts into /sbin:
/// <c>mount.TYPE SRC DIR [-sfnv] [-N namespace] [-o options] [-t type]</c> and <c>umount.TYPE DIR [-flnrv] [-N namespace] [-t type]</c>.
/// </summary>
internal static class HelperVerbs
{
    internal const string MountName = "mount-helper";
    internal const string UnmountName = "umount-helper";

    // mount(8): "32 mount failure".
    private const int MountFailure = 32;

    internal static Command CreateMount()
    {
        var source = new Argument<string>("source");
        var directory = new Argument<string>("directory");
        var options = new Option<string[]>("-o");
        var fake = new Option<bool>("-f");
        var command = new Command(MountName) { source, directory, options, fake, new Option<bool>("-s"), new Option<bool>("-n"), new Option<bool>("-v"), new Option<string>("-t"), new Option<string>("-N") };
        command.Hidden = true;
        command.SetAction((parsed, _) => parsed.GetValue(fake)
            ? Task.FromResult(ExitCode.Done)
            : MountAsync(parsed.GetRequiredValue(source), parsed.GetRequiredValue(directory), parsed.GetValue(options) ?? []));
        return command;
    }

    internal static Command CreateUnmount()
    {
        var directory = new Argument<string>("directory");
        var lazy = new Option<bool>("-l");
        var force = new Option<bool>("-f");
        var command = new Command(UnmountName) { directory, lazy, force, new Option<bool>("-n"), new Option<bool>("-r"), new Option<bool>("-v"), new Option<string>("-t"), new Option<string>("-N") };
        command.Hidden = true;
        command.SetAction((parsed, _) => UnmountAsync(parsed.GetRequiredValue(directory), parsed.GetValue(lazy) || parsed.GetValue(force)));
        return command;
    }

    private static async Task<int> MountAsync(string source, string directory, string[] options)
    {
        try
        {
            // The same words as by hand, so that helper and command line cannot differ.
            int code = await Verbs.RunAsync([MountVerb.Name, .. options.SelectMany(list => new[] { "-o", list }), "--", source, directory]);
            return code == ExitCode.Failed ? MountFailure : code;
        }
        catch (Exception error)
        {
            CommandException failure = Failure.Explain(error);
            int code = failure.ExitCode == ExitCode.Usage ? 1 : MountFailure; // mount(8): "1 incorrect invocation or permissions".
            throw new CommandException(code, failure.Message, error);
        }
    }

    private static async Task<int> UnmountAsync(string directory, bool force)
    {
        int code = await UnmountVerb.RunAsync(directory, deadline: null, force);
        // The daemon has unmounted by itself; what is left here is a mount that nobody served.
        return MountTable.Read().At(RealPath.Of(directory)) is { StateFolder: not null } ? await RawUnmountAsync(directory) : code;
    }

    private static async Task<int> RawUnmountAsync(string directory)
    {
        using Process umount = Process.Start("umount", ["-i", "--", directory]);
        await umount.WaitForExitAsync();
        return umount.ExitCode;
    }
}
