using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentBay.Fs.Mirror;

/// <summary>
/// The private folder (0700) of one store and context: <c>tree/</c>, <c>staging/</c>, <c>index.db</c>, <c>lock</c>, <c>control.sock</c>, <c>holder.json</c>, <c>reserve</c>.
/// Its lock is held as long as this lives, and is freed by the system when the process ends.
/// </summary>
public sealed class StateFolder : IDisposable
{
    private const string LockFile = "lock";
    private const string HolderFile = "holder.json";
    private const int LockedOnUnix = 11; // EAGAIN
    private const int LockedOnWindows = unchecked((int)0x80070020); // ERROR_SHARING_VIOLATION

    /// <summary>Of the socket, in its state folder.</summary>
    public const string ControlSocketName = "control.sock";

    private readonly FileStream heldLock;
    private bool disposed;

    private StateFolder(string path, FileStream heldLock)
    {
        Path = path;
        this.heldLock = heldLock;
        Reserve = new DiskReserve(path);
        Reserve.GiveUp(); // Opening a mirror writes in many places; no program writes into it meanwhile.
        CreateTree(TreeDirectory);
        CreatePrivate(StagingDirectory);
    }

    /// <summary>Root: <c>/var/lib/agentbay</c>; a user: <c>$XDG_STATE_HOME/agentbay</c>, else <c>~/.local/state/agentbay</c>.</summary>
    /// <exception cref="FsException">There is no home to put it in.</exception>
    public static string DefaultCacheDirectory
    {
        get
        {
            if (OperatingSystem.IsWindows())
            {
                return System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "AgentBay");
            }

            if (Environment.IsPrivilegedProcess)
            {
                return "/var/lib/agentbay";
            }

            string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
            string? home = Environment.GetEnvironmentVariable("HOME");
            return System.IO.Path.IsPathRooted(state) ? System.IO.Path.Combine(state, "agentbay")
                : System.IO.Path.IsPathRooted(home) ? System.IO.Path.Combine(home, ".local", "state", "agentbay")
                : throw new FsException(FsError.NoSpace, "There is no home folder to keep the mirror in: name one with --cache-dir.");
        }
    }

    /// <summary>Absolute. <c>&lt;cache directory&gt;/&lt;context id&gt;-&lt;12 hex of the store URL's hash&gt;</c>.</summary>
    public string Path { get; }

    /// <summary>Nobody holds it while a mirror is opened or looked at; a session takes it up, and whoever leaves the folder.</summary>
    internal DiskReserve Reserve { get; }

    public string TreeDirectory => System.IO.Path.Combine(Path, "tree");

    public string StagingDirectory => System.IO.Path.Combine(Path, "staging");

    public string IndexFile => System.IO.Path.Combine(Path, "index.db");

    public string ControlSocket => ControlSocketIn(Path);

    /// <summary>Where the process that mounts a context answers, if one does.</summary>
    /// <param name="storeUrl">Canonical, as the store says it.</param>
    public static string ControlSocketOf(string cacheDirectory, string storeUrl, string contextId) =>
        ControlSocketIn(PathOf(cacheDirectory, storeUrl, contextId));

    public static string ControlSocketIn(string stateFolder) => System.IO.Path.Combine(stateFolder, ControlSocketName);

    /// <summary>Where a mount logs, unless it is told another file.</summary>
    public static string LogFileIn(string stateFolder) => System.IO.Path.Combine(stateFolder, "daemon.log");

    /// <summary>Creates what is missing and takes the lock.</summary>
    /// <exception cref="MirrorInUseException">Another process holds it.</exception>
    /// <exception cref="FsException">It cannot be made or written; the message says what to do.</exception>
    public static StateFolder Open(string cacheDirectory, string storeUrl, string contextId)
    {
        string path = PathOf(cacheDirectory, storeUrl, contextId);
        try
        {
            CreatePrivate(path);
            return TryOpen(path) ?? throw new MirrorInUseException(path, ReadHolder(path));
        }
        catch (Exception error) when (error is UnauthorizedAccessException or (IOException and not (MirrorInUseException or FsException)))
        {
            throw new FsException(FsError.NoSpace, $"The mirror's folder {path} cannot be written: {error.Message} Make its disk writable, or name another folder with --cache-dir.", error);
        }
    }

    /// <summary>Where the mirror of a context is or would be.</summary>
    public static string PathOf(string cacheDirectory, string storeUrl, string contextId) =>
        System.IO.Path.Combine(System.IO.Path.GetFullPath(cacheDirectory), $"{contextId}-{HashOf(storeUrl)}");

    /// <summary>Where mirrors of a store's contexts are.</summary>
    public static IReadOnlyList<string> AllOf(string cacheDirectory, string storeUrl) =>
        Directory.Exists(cacheDirectory) ? Directory.GetDirectories(System.IO.Path.GetFullPath(cacheDirectory), $"*-{HashOf(storeUrl)}") : [];

    private static string HashOf(string storeUrl) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(storeUrl)))[..12];

    /// <summary>Takes the lock of a folder that is there (a dead mount's); null when another process holds it or it is no state folder.</summary>
    public static StateFolder? TryOpen(string path)
    {
        if (!Directory.Exists(path))
        {
            return null;
        }

        FileStream held;
        try
        {
            // FileShare.None is an exclusive flock on Unix, which the runtime leaves out where the file cannot be written: hence ReadWrite.
            held = new FileStream(System.IO.Path.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error.HResult is LockedOnUnix or LockedOnWindows)
        {
            return null;
        }

        try
        {
            return new StateFolder(System.IO.Path.GetFullPath(path), held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Writes who mounts this now, for the error of the next one and for status.</summary>
    public void WriteHolder(MountHolder holder)
    {
        string target = System.IO.Path.Combine(Path, HolderFile);
        File.WriteAllBytes(target + ".new", JsonSerializer.SerializeToUtf8Bytes(holder, HolderJson.Default.MountHolder));
        File.Move(target + ".new", target, overwrite: true);
    }

    /// <summary>Who wrote itself last; null when nobody did or it cannot be read.</summary>
    public static MountHolder? ReadHolder(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(System.IO.Path.Combine(path, HolderFile)), HolderJson.Default.MountHolder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null; // Only a message is poorer for it.
        }
    }

    /// <summary>Moves tree and index into a new folder and makes an empty tree. The index goes last: without it the files of the tree would count as new.</summary>
    internal void PutAside(string target)
    {
        CreatePrivate(target);
        Directory.Move(TreeDirectory, System.IO.Path.Combine(target, System.IO.Path.GetFileName(TreeDirectory)));
        Indexing.IndexFile.Move(IndexFile, System.IO.Path.Combine(target, System.IO.Path.GetFileName(IndexFile)));
        CreateTree(TreeDirectory);
    }

    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            Reserve.Make();
            heldLock.Dispose();
        }
    }

    /// <summary>The tree's root is the mount's root: 0755, as a folder there is; the folder around it keeps others out.</summary>
    private static void CreateTree(string path)
    {
        if (Directory.Exists(path))
        {
            return; // With the mode that a program gave it.
        }

        CreatePrivate(path);
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode ReadAndEnter = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
            File.SetUnixFileMode(path, UnixFileMode.UserWrite | ReadAndEnter);
        }
    }

    private static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Directory.CreateDirectory(path, Private);
            File.SetUnixFileMode(path, Private); // Refused where somebody else made it first.
        }
    }
}

/// <summary>The process that mounts a mirror.</summary>
public sealed record MountHolder(int Pid, string MountPoint, string StoreUrl, string ContextId, string ContextName);

/// <summary>Another process holds this mirror.</summary>
public sealed class MirrorInUseException(string path, MountHolder? holder)
    : IOException(holder is null ? $"The mirror {path} is in use by another process." : $"Context '{holder.ContextName}' is already mounted on {holder.MountPoint} by process {holder.Pid}.")
{
    /// <summary>The state folder.</summary>
    public string Path { get; } = path;

    public MountHolder? Holder { get; } = holder;
}

[JsonSerializable(typeof(MountHolder))]
internal sealed partial class HolderJson : JsonSerializerContext;
