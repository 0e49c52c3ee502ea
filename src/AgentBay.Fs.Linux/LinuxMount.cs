using System.Text;
using AgentBay.Fs.Control;
using Microsoft.Extensions.Logging;

namespace AgentBay.Fs.Linux;

/// <summary>
/// A mirror mounted on a folder: FUSE mount, session and filesystem put together. Data goes by passthrough for root where the
/// kernel offers it, else through the kernel's writeback cache.
/// </summary>
public sealed class LinuxMount : IAsyncDisposable
{
    private readonly IMirrorHost host;
    private static readonly TimeSpan LongestOpen = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource stop = new();

    /// <summary>The root of a mount that has been detached.</summary>
    private SafeFileHandle? detached;

    private LinuxMount(IMirrorHost host, FuseMount mount, FuseSession session, MirrorFileSystem fileSystem, ILogger logger)
    {
        this.host = host;
        MountPoint = mount.Path;
        Ended = ServeAsync(mount, session, fileSystem, logger);
        Session = session;
    }

    /// <summary>Absolute.</summary>
    public string MountPoint { get; }

    /// <summary>Completes when the kernel has ended the mount (unmount, abort) and all requests are answered; fails when serving it failed.</summary>
    public Task Ended { get; }

    public FuseDataPath DataPath => Session.DataPath;

    private FuseSession Session { get; }

    /// <summary>Mounts. Sets the process's umask to 0: the kernel has applied the caller's.</summary>
    /// <param name="files">The files below <see cref="IMirrorHost.TreeDirectory"/>; stays the caller's, who disposes it after <see cref="Ended"/>.</param>
    /// <param name="mountOptions">What others may do is added: several users, and a user without root, need the kernel's permission checks.</param>
    /// <param name="dataPath">What is wanted; null: the best there is.</param>
    /// <exception cref="FuseMountException">With the kind of the failure.</exception>
    public static async Task<LinuxMount> StartAsync(
        IMirrorHost host,
        LinuxMirrorFiles files,
        string mountPoint,
        FuseMountOptions mountOptions,
        MirrorFileSystemOptions options,
        ILoggerFactory loggers,
        FuseDataPath? dataPath = null)
    {
        _ = Syscall.SetUmask(0);
        _ = Syscall.RaiseOpenFileLimit();
        bool root = Syscall.EffectiveUid == 0;
        var sessionOptions = new FuseSessionOptions
        {
            DataPath = dataPath ?? (root ? FuseDataPath.Passthrough : FuseDataPath.WritebackCache),
            PassthroughStackDepth = files.IsStacked ? 2 : 1,
            InterruptOnlyWhenKilled = true,
        };
        ILogger logger = loggers.CreateLogger<LinuxMount>();
        var fileSystem = new MirrorFileSystem(host, files, options, loggers.CreateLogger<MirrorFileSystem>());
        FuseMount mount = FuseMount.Mount(mountPoint, mountOptions with
        {
            ReadOnly = mountOptions.ReadOnly || host.ReadOnly,
            DefaultPermissions = mountOptions.DefaultPermissions || mountOptions.AllowOther || !root,
        });
        var session = new FuseSession(mount, fileSystem, sessionOptions, loggers.CreateLogger<FuseSession>());
        var linuxMount = new LinuxMount(host, mount, session, fileSystem, logger);
        await session.Started;
        if (session.DataPath == FuseDataPath.WritebackCache)
        {
            host.WriteBackKernelCache = linuxMount.WriteBackAsync;
        }

        Log.Mounted(logger, mountOptions.Source, mount.Path, session.DataPath);
        return linuxMount;
    }

    /// <summary>Asks the kernel to end the mount; <see cref="Ended"/> follows.</summary>
    /// <param name="lazy">Detach now; the mount ends when the last program has left it.</param>
    /// <exception cref="FuseMountException">Of kind <see cref="FuseMountError.Busy"/> while programs are inside: <see cref="BusyProcesses"/> names them.</exception>
    public void Unmount(bool lazy)
    {
        if (lazy && DataPath == FuseDataPath.WritebackCache && detached is null)
        {
            // After this the path leads elsewhere, and the kernel still holds bytes of open files that the last flush must ask for.
            // On another thread and not for long: a session that is broken answers no open.
            Task<SafeFileHandle?> root = Task.Run(() => OpenRoot(out SafeFileHandle handle) == Errno.OK ? handle : null);
            detached = root.Wait(LongestOpen) ? root.Result : null;
        }

        FuseMount.Unmount(MountPoint, lazy);
    }

    /// <summary>The processes that have their working directory, root, program, an open file or a map below a folder, as far as we may see them.</summary>
    public static IReadOnlyList<BusyProcess> BusyProcesses(string mountPoint) => Linux.BusyProcesses.Find(mountPoint);

    /// <summary>Ends the mount whoever is inside, and waits for the end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!Ended.IsCompleted)
        {
            try
            {
                Unmount(lazy: true);
            }
            catch (FuseMountException)
            {
                // Somebody else's unmount was first, or ours is not allowed: then the session ends without the kernel.
            }

            // A lazy unmount waits for the last program; we do not.
            await stop.CancelAsync();
        }

        await Ended.ContinueWith(static _ => { }, TaskScheduler.Default);
        detached?.Dispose();
        stop.Dispose();
    }

    private async Task ServeAsync(FuseMount mount, FuseSession session, MirrorFileSystem fileSystem, ILogger logger)
    {
        try
        {
            await session.RunAsync(stop.Token);
        }
        finally
        {
            host.WriteBackKernelCache = null;
            fileSystem.Dispose();
            mount.Dispose();
            Log.Ended(logger, mount.Path);
        }
    }

    /// <summary>syncfs through the mount, on a thread of its own: it waits for requests that we serve. No descriptor of the mount stays open, or it could not be unmounted.</summary>
    private Task WriteBackAsync(CancellationToken cancellationToken) =>
        Task.Factory.StartNew(WriteBack, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(cancellationToken);

    private void WriteBack()
    {
        if (detached is { } kept)
        {
            WriteBack(kept);
            return;
        }

        OpenRoot(out SafeFileHandle root).ThrowIfError($"open {MountPoint}");
        using (root)
        {
            WriteBack(root);
        }
    }

    /// <summary>Newer kernels' syncfs begins the writes of a FUSE mount and does not wait for them: each open file is waited for by itself.</summary>
    private void WriteBack(SafeFileHandle root)
    {
        Syscall.SyncFileSystem(root).ThrowIfError($"syncfs {MountPoint}");
        foreach (OpenWriter writer in host.Journal.Writers())
        {
            Errno error = Syscall.Open(root, writer.Path.Bytes, OpenFlags.ReadOnly | OpenFlags.NonBlock, 0, out SafeFileHandle file);
            if (error == Errno.EACCES)
            {
                error = Syscall.Open(root, writer.Path.Bytes, OpenFlags.WriteOnly | OpenFlags.NonBlock, 0, out file);
            }

            using (file)
            {
                if (error is not (Errno.ENOENT or Errno.ENOTDIR or Errno.ESTALE or Errno.ELOOP)) // Gone or renamed meanwhile: that is noted anew.
                {
                    error.ThrowIfError($"open {writer.Path}");
                    Syscall.WriteOutPages(file).ThrowIfError($"write out {writer.Path}");
                }
            }
        }
    }

    private Errno OpenRoot(out SafeFileHandle root) =>
        Syscall.Open(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(MountPoint), OpenFlags.Directory, 0, out root);
}
