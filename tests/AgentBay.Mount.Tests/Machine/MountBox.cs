using System.Text.RegularExpressions;
using AgentBay.ObjectStore;
using AgentBay.Posix;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>
/// A place for one test: a store, a mount point, a state folder, all below one temporary folder. What it mounted and started is ended with it,
/// also when the test failed.
/// </summary>
internal sealed partial class MountBox : IAsyncDisposable
{
    private readonly Dictionary<string, string> environment;
    private readonly S3Bucket? bucket;
    private int caches;

    private MountBox(Who who, string folder, string storeUrl, S3Bucket? bucket)
    {
        Who = who;
        Folder = folder;
        StoreUrl = storeUrl;
        this.bucket = bucket;
        Mount = Path.Combine(folder, "mnt");
        environment = new Dictionary<string, string>
        {
            ["HOME"] = Path.Combine(folder, "home"),
            ["AGENTBAY_STORE"] = storeUrl,
            ["XDG_STATE_HOME"] = "",
            ["XDG_DATA_HOME"] = "",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_AUTHOR_NAME"] = "test",
            ["GIT_AUTHOR_EMAIL"] = "test@localhost",
            ["GIT_COMMITTER_NAME"] = "test",
            ["GIT_COMMITTER_EMAIL"] = "test@localhost",
            ["LC_ALL"] = "C.UTF-8",
            ["DOTNET_EnableDiagnostics"] = "0", // A process that is killed would leave its debugger's pipes in /tmp.
            ["AWS_ACCESS_KEY_ID"] = S3Server.AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = S3Server.SecretKey,
        };
        NewCache();
    }

    public Who Who { get; }

    public string Folder { get; }

    public string StoreUrl { get; }

    public string Mount { get; }

    /// <summary>The present <c>--cache-dir</c>.</summary>
    public string Cache { get; private set; } = "";

    /// <summary>The bucket, where the store is S3.</summary>
    public S3Bucket Bucket => bucket ?? throw new InvalidOperationException("This store is a directory.");

    public static async Task<MountBox> CreateAsync(Machine machine, StoreKind store, Who who)
    {
        Prerequisites.Require(who);
        S3Bucket? bucket = store == StoreKind.S3 ? await machine.Server().CreateBucketAsync() : null;
        string folder = Directory.CreateTempSubdirectory("agentbay-test-").FullName;
        LeftBehind.Watch(folder);
        var box = new MountBox(who, folder, bucket?.Url() ?? Path.Combine(folder, "store"), bucket);
        foreach (string name in (string[])["", "mnt", "home", "work"])
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(path);
            box.GiveToUser(path);
        }

        return box;
    }

    /// <summary>A box whose context is mounted already, by root.</summary>
    public static async Task<MountBox> MountedAsync(Machine machine, StoreKind store, params string[] options)
    {
        MountBox box = await CreateAsync(machine, store, Who.Root);
        try
        {
            await box.MountAsync(options);
            return box;
        }
        catch
        {
            await box.DisposeAsync();
            throw;
        }
    }

    /// <summary>From now on programs reach the S3 server by way of a proxy; the test looks into the server itself.</summary>
    public void ReachStoreBy(string endpoint) => Set("AGENTBAY_STORE", StoreUrl.Replace(Bucket.Server.Endpoint, endpoint, StringComparison.Ordinal));

    /// <summary>From now on mounts use a new state folder: another machine.</summary>
    public void NewCache() => Cache = Path.Combine(Folder, $"cache{++caches}");

    /// <summary>From now on mounts keep their mirror there.</summary>
    public void UseCache(string folder) => Cache = folder;

    public Task<Ran> AgentBayAsync(params string[] arguments) => RunAsync(Programs.AgentBayMount, arguments);

    public Task<Ran> RunAsync(string program, params string[] arguments) => Programs.RunAsync(Who, environment, Folder, program, arguments);

    /// <summary>Runs a fixed script; what varies comes as its arguments ($1 …).</summary>
    public Task<Ran> ScriptAsync(string folder, string script, params string[] arguments) =>
        Programs.RunAsync(Who, environment, folder, "bash", ["-euo", "pipefail", "-c", script, "bash", .. arguments]);

    /// <summary>Likewise as root in a mount namespace of its own, which has none of the other mounts: a copy would keep them alive after their umount. For classes in <see cref="NothingBeside"/>.</summary>
    public Task<Ran> ScriptInNamespaceAsync(string script, params string[] arguments)
    {
        // umount(8) as such alone: without its helpers, its table, and a look into mounts whose daemons may be stopped.
        const string detachOthers = """
            tac /proc/self/mountinfo | while read -r _ _ _ _ at _; do
                case $at in
                    "$0"*) ;;
                    */agentbay-test-*) printf -v at %b "$at"; umount -lcin "$at" ;;
                esac
            done

            """;
        return Programs.RunAsync(Who.Root, environment, Folder, "unshare", ["-m", "bash", "-euo", "pipefail", "-c", detachOthers + script, Folder, .. arguments]);
    }

    /// <summary>Runs the program on a terminal of its own, where somebody types one line. All that it shows is the output.</summary>
    /// <param name="words">For a shell.</param>
    public Task<Ran> OnTerminalAsync(string typed, params string[] words) =>
        ScriptAsync(Folder, "printf '%s\\n' \"$1\" | TERM=xterm script -qec \"$2\" /dev/null", typed, string.Join(' ', [Programs.AgentBayMount, .. words]));

    public System.Diagnostics.Process Start(string program, params string[] arguments) => Programs.Start(Who, environment, Folder, program, arguments);

    public void Set(string variable, string value) => environment[variable] = value;

    public async Task MountAsync(params string[] options) => (await TryMountAsync(options)).Ok();

    /// <summary>Mounts by a daemon that is to kill itself at a step; where it comes to the step before the mount answers, mounts once more by one that is not.</summary>
    /// <param name="fault">As <c>AGENTBAY_FAULT</c> has it.</param>
    /// <param name="options">With the step ahead.</param>
    /// <param name="optionsWithout">With none.</param>
    /// <returns>Whether the step is still ahead.</returns>
    public async Task<bool> MountArmedAsync(string fault, string[] options, string[] optionsWithout)
    {
        Set("AGENTBAY_FAULT", fault);
        Ran mounted = await TryMountAsync(options);
        Set("AGENTBAY_FAULT", "");
        if (mounted.ExitCode != 0 && mounted.Error.Contains("ended with code 137 before the mount answered", StringComparison.Ordinal))
        {
            await MountAsync(optionsWithout);
            return false;
        }

        _ = mounted.Ok();
        return true;
    }

    public Task<Ran> TryMountAsync(params string[] options) => AgentBayAsync(["test", Mount, "--cache-dir", Cache, .. options]);

    public async Task UnmountAsync(params string[] options) => (await AgentBayAsync(["unmount", Mount, .. options])).Ok();

    /// <summary>The daemon's process id.</summary>
    public async Task<int> DaemonAsync()
    {
        Ran status = (await AgentBayAsync("status", Mount, "--json")).Ok();
        return int.Parse(PidPattern().Match(status.Output).Groups[1].ValueSpan);
    }

    /// <summary>Likewise, also when the daemon does not answer (any more).</summary>
    public int DaemonFromHolder() => LeftMounts.Holders([Cache]).Single().Pid;

    /// <summary>kill -9, and wait until it is gone.</summary>
    public async Task KillDaemonAsync()
    {
        using var daemon = System.Diagnostics.Process.GetProcessById(await DaemonAsync());
        daemon.Kill();
        await Eventually.EndsAsync(daemon);
    }

    /// <summary>The context's id.</summary>
    public async Task<string> ContextIdAsync()
    {
        Ran got = (await AgentBayAsync("context", "get", "test", "--json")).Ok();
        return IdPattern().Match(got.Output).Value;
    }

    /// <summary>The mirror's tree of the present state folder.</summary>
    public string MirrorTree => Path.Combine(Directory.GetDirectories(Cache).Single(), "tree");

    /// <summary>The index of the present state folder.</summary>
    public string IndexFile => Path.Combine(Directory.GetDirectories(Cache).Single(), "index.db");

    /// <summary>Nothing was stored yet: no context, no record.</summary>
    public async Task<bool> IsStoreEmptyAsync()
    {
        if (bucket is null)
        {
            return !Directory.Exists(StoreUrl);
        }

        await using IObjectStore store = ObjectStore.StoreUrl.Open(StoreUrl, StoreOpenOptions.Default);
        return (await store.ListAsync(new ListRequest(""), CancellationToken.None)).Objects.Count == 0;
    }

    /// <summary>Whether a file of the mirror has a size and no bytes.</summary>
    public static bool IsPlaceholder(string file)
    {
        const int seekData = 3;
        using var open = File.OpenHandle(file);
        return Syscall.Seek(open, 0, seekData, out _) == Errno.ENXIO;
    }

    public async ValueTask DisposeAsync()
    {
        // A test that failed may leave its daemon and mount: theirs are those of its own state folders.
        await LeftMounts.EndAsync(Directory.GetDirectories(Folder, "cache*"));
        await Programs.RunAsync(Who.Root, environment, "/", "umount", "-l", "-i", "-q", Mount);
        (await Programs.RunAsync(Who.Root, environment, "/", "rm", "-rf", "--one-file-system", "--", Folder)).Ok();
        if (bucket is not null)
        {
            await bucket.DisposeAsync();
        }
    }

    public void GiveToUser(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        if (Who == Who.OrdinaryUser)
        {
            Syscall.ChangeOwner(Syscall.CurrentDirectory, System.Text.Encoding.UTF8.GetBytes(path), Programs.OrdinaryUid, Programs.OrdinaryUid);
        }
    }

    [GeneratedRegex("\"pid\":\\s*(\\d+)")]
    private static partial Regex PidPattern();

    [GeneratedRegex("SdkCtx-[a-z0-9]+")]
    private static partial Regex IdPattern();
}
