using System.CommandLine;
using AgentBay.Fs.Policies;
using AgentBay.Mount.Daemon;
using AgentBay.Posix;

namespace AgentBay.Mount.CommandLine;

/// <summary><c>agentbay-mount [mount] &lt;ctx&gt; &lt;path&gt;</c>, and the hidden <c>daemon</c> that it starts with the same arguments.</summary>
internal static class MountVerb
{
    internal const string Name = "mount";
    internal const string DaemonName = "daemon";

    /// <param name="arguments">The program's own, to start the daemon with.</param>
    internal static Command Create(string[] arguments) =>
        Build(Name, ReadPolicy, request => request.Foreground ? ForegroundMount.RunAsync(request) : DaemonLauncher.RunAsync(request, arguments));

    internal static Command CreateDaemon()
    {
        Command command = Build(DaemonName, _ => DaemonLauncher.ReceivePolicy(), request => BackgroundMount.RunAsync(request));
        command.Hidden = true;
        return command;
    }

    private static SyncPolicy ReadPolicy(PolicyOptions options)
    {
        var notes = new List<string>();
        SyncPolicy policy = options.Read(notes);
        foreach (string note in notes)
        {
            Console.Error.WriteLine($"agentbay-mount: {note}");
        }

        return policy;
    }

    private static Command Build(string name, Func<PolicyOptions, SyncPolicy> readPolicy, Func<MountRequest, Task<int>> run)
    {
        var context = new Argument<string>("ctx");
        var path = new Argument<string>("path");
        var store = new Option<string>("--store");
        var cacheDirectory = new Option<string>("--cache-dir");
        var readOnly = new Option<bool>("--read-only");
        var noCreate = new Option<bool>("--no-create");
        var allowOther = new Option<bool>("--allow-other");
        var uid = new Option<string>("--uid");
        var gid = new Option<string>("--gid");
        var umask = new Option<string>("--umask");
        var list = new Option<string[]>("-o") { AllowMultipleArgumentsPerToken = false };
        var writeBack = new Option<string>("--write-back");
        var fsync = new Option<string>("--fsync");
        var prefetch = new Option<string>("--prefetch");
        var syncOnClose = new Option<bool>("--sync-on-close");
        var policy = new Option<string>("--policy");
        var upload = new Option<string>("--upload");
        var download = new Option<string>("--download");
        var include = new Option<string[]>("--include") { AllowMultipleArgumentsPerToken = false };
        var exclude = new Option<string[]>("--exclude") { AllowMultipleArgumentsPerToken = false };
        var keepDeleted = new Option<bool>("--keep-deleted");
        var lifecycle = new Option<string>("--lifecycle");
        var foreground = new Option<bool>("--foreground", "-f");
        var logFile = new Option<string>("--log-file");
        var logLevel = new Option<string>("--log-level");

        var command = new Command(name)
        {
            context, path, store, cacheDirectory, readOnly, noCreate, allowOther, uid, gid, umask, list, writeBack, fsync, syncOnClose,
            prefetch, policy, upload, download, include, exclude, keepDeleted, lifecycle, foreground, logFile, logLevel,
        };
        command.SetAction((parsed, _) => run(Read(parsed)));
        return command;

        MountRequest Read(ParseResult parsed)
        {
            var request = new MountRequest { Context = parsed.GetRequiredValue(context), Path = parsed.GetRequiredValue(path) };
            foreach (string options in parsed.GetValue(list) ?? [])
            {
                request = MountSettings.ApplyList(request, options);
            }

            // What stands for itself wins over what stands in a list.
            request = request with
            {
                Store = parsed.GetValue(store) ?? request.Store,
                CacheDirectory = parsed.GetValue(cacheDirectory) ?? request.CacheDirectory,
                ReadOnly = parsed.GetValue(readOnly) || request.ReadOnly,
                Create = !parsed.GetValue(noCreate) && request.Create,
                AllowOther = parsed.GetValue(allowOther) || request.AllowOther,
                Uid = parsed.GetValue(uid) is { } u ? MountSettings.Id("--uid", u) : request.Uid,
                Gid = parsed.GetValue(gid) is { } g ? MountSettings.Id("--gid", g) : request.Gid,
                Umask = parsed.GetValue(umask) is { } m ? MountSettings.Umask("--umask", m) : request.Umask,
                SyncOnClose = parsed.GetValue(syncOnClose) || request.SyncOnClose,
                Foreground = parsed.GetValue(foreground),
                LogFile = parsed.GetValue(logFile) ?? request.LogFile,
                PolicyOptions = PolicyOptionsOf(parsed, request.PolicyOptions),
            };
            request = parsed.GetValue(writeBack) is { } w ? MountSettings.WriteBack(request, "--write-back", w) : request;
            request = parsed.GetValue(fsync) is { } f ? MountSettings.Fsync(request, "--fsync", f) : request;
            request = parsed.GetValue(prefetch) is { } p ? MountSettings.Prefetch(request, "--prefetch", p) : request;
            request = parsed.GetValue(logLevel) is { } l ? MountSettings.LogLevel(request, "--log-level", l) : request;
            return Checked(request, readPolicy);
        }

        PolicyOptions PolicyOptionsOf(ParseResult parsed, PolicyOptions options)
        {
            options = parsed.GetValue(policy) is { } p ? options.Policy("--policy", p) : options;
            options = parsed.GetValue(upload) is { } u ? options.Upload("--upload", u) : options;
            options = parsed.GetValue(download) is { } d ? options.Download("--download", d) : options;
            options = (parsed.GetValue(include) ?? []).Aggregate(options, (all, path) => all.Include(path));
            options = (parsed.GetValue(exclude) ?? []).Aggregate(options, (all, path) => all.Exclude(path));
            options = parsed.GetValue(keepDeleted) ? options.KeepingDeleted() : options;
            return parsed.GetValue(lifecycle) is { } l ? options.Keep("--lifecycle", l) : options;
        }
    }

    private static MountRequest Checked(MountRequest request, Func<PolicyOptions, SyncPolicy> readPolicy)
    {
        if (request.Context.Length == 0)
        {
            throw CommandException.Usage("The context's name is empty.");
        }

        if (request.Path.Length == 0)
        {
            throw CommandException.Usage("The mount point is empty.");
        }

        foreach ((string option, string? folder) in new[] { ("--cache-dir", request.CacheDirectory), ("--log-file", request.LogFile) })
        {
            if (folder is "")
            {
                throw CommandException.Usage($"{option} is empty.");
            }
        }

        SyncPolicy policy = readPolicy(request.PolicyOptions);
        if (request.SyncOnClose && (!request.FsyncReachesStore || !policy.UploadPolicy.AutoUpload))
        {
            throw CommandException.Usage($"--sync-on-close waits for the store and {(request.FsyncReachesStore ? "--upload manual" : "--fsync local")} does not: give one of them.");
        }

        policy.Check(Path.GetFullPath(request.Path), RealPath.Of);
        return policy.UploadPolicy.UploadMode == UploadMode.File
            ? request with { Policy = policy }
            : throw CommandException.Usage("upload_mode Archive is not offered by this version: contexts are kept one object a file (upload_mode File).");
    }
}
