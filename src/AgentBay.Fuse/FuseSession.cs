using System.Collections.Concurrent;
using AgentBay.Fuse.Transport;
using AgentBay.Fuse.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fuse;

/// <summary>
/// The conversation with the kernel over one mount. Dedicated threads read requests, each on a channel of its own;
/// a request that its handler answers at once costs no allocation and no change of thread.
/// </summary>
public sealed partial class FuseSession
{
    private readonly FuseFileSystem fileSystem;
    private readonly FuseSessionOptions options;
    private readonly ILogger logger;
    private readonly ExchangePool pool;
    private readonly Lock gate = new();
    private readonly List<ReadLoop> loops = [];
    private readonly ConcurrentDictionary<Opcode, bool> refusedOpcodes = new();
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource readersEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IFuseTransport transport;
    private int running;
    private int readers;
    private volatile bool stopping;
    private Exception? failure;

    /// <param name="mount">Stays the caller's, who disposes it after <see cref="RunAsync"/>.</param>
    public FuseSession(FuseMount mount, FuseFileSystem fileSystem, FuseSessionOptions? options = null, ILogger? logger = null)
        : this(new DeviceTransport(mount.Device, ownsDevice: false), fileSystem, options, logger)
    {
    }

    internal FuseSession(IFuseTransport transport, FuseFileSystem fileSystem, FuseSessionOptions? options, ILogger? logger)
    {
        this.transport = transport;
        this.fileSystem = fileSystem;
        this.options = options ?? new FuseSessionOptions();
        this.logger = logger ?? NullLogger.Instance;
        Notify = new FuseNotify(transport);

        // The kernel fails a request that does not fit: a WRITE of MaxWrite, a SETXATTR of 64 KiB, and their headers.
        // An answer is at most a READ of MaxWrite, a directory buffer or a list of extended attributes.
        const int largestOther = 128 << 10, headers = 4096;
        int largest = Math.Max(this.options.MaxWrite, largestOther);
        pool = new ExchangePool(this.options.Threads + this.options.MaxInFlight, largest + headers, largest + headers);
    }

    /// <summary>What was negotiated. Known from <see cref="FuseFileSystem.Started"/> on.</summary>
    public FuseDataPath DataPath { get; private set; }

    /// <summary>The names of what was negotiated in INIT. Known from <see cref="FuseFileSystem.Started"/> on.</summary>
    public IReadOnlyList<string> Features { get; private set; } = [];

    /// <summary>Completes when <see cref="FuseFileSystem.Started"/> has returned; fails when the session ended before.</summary>
    public Task Started => started.Task;

    /// <summary>Tells the kernel to forget what it has cached.</summary>
    public FuseNotify Notify { get; }

    /// <summary>
    /// Serves requests until the kernel ends the mount (unmount, abort) or <paramref name="stop"/> is cancelled. Then cancels every
    /// <see cref="FuseRequest.Interrupted"/>, waits for all handlers, and calls <see cref="FuseFileSystem.Destroyed"/>.
    /// To be called once.
    /// </summary>
    /// <param name="stop">Ends the session without the kernel: the mount then answers ENOTCONN until it is unmounted. Unmounting is the gentle way.</param>
    public async Task RunAsync(CancellationToken stop = default)
    {
        if (Interlocked.Exchange(ref running, 1) != 0)
        {
            throw new InvalidOperationException("A session runs once.");
        }

        Start(transport);
        // Not on the canceller's thread, which may be one of ours.
        await using (stop.UnsafeRegister(static session => _ = Task.Run(((FuseSession)session!).Stop), this))
        {
            await readersEnded.Task;
        }

        pool.Close();
        await pool.Drained;
        foreach (var loop in loops.Where(l => l.Transport != transport))
        {
            loop.Transport.Dispose();
        }

        fileSystem.Destroyed();
        started.TrySetException(failure ?? new IOException("The mount ended before its session had started."));
        _ = started.Task.Exception;
        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>Registers a file that the kernel may read and write by itself. O_PATH will do; the caller may close it afterwards.</summary>
    /// <returns>EPERM without passthrough; ELOOP when the file's filesystem is stacked deeper than <see cref="FuseSessionOptions.PassthroughStackDepth"/> allows.</returns>
    public Errno OpenBacking(SafeFileHandle file, out BackingId id)
    {
        Errno error = transport.OpenBacking(file, out int value);
        id = new BackingId(error == Errno.OK ? value : 0);
        return error;
    }

    /// <summary>Ends a registration. Opens that use it keep it.</summary>
    public Errno CloseBacking(BackingId id) => transport.CloseBacking(id.Value);

    /// <summary>The other threads, once INIT is answered.</summary>
    private void StartFurtherReaders()
    {
        for (int i = 1; i < options.Threads; i++)
        {
            Start(transport.Clone());
        }
    }

    private void Start(IFuseTransport channel)
    {
        Interlocked.Increment(ref readers);
        ReadLoop loop;
        lock (gate)
        {
            loop = new ReadLoop(this, channel, loops.Count);
            loops.Add(loop);
        }

        loop.Start();
    }

    private void Stop()
    {
        stopping = true;
        pool.InterruptAll();
        ReadLoop[] all;
        lock (gate)
        {
            all = [.. loops];
        }

        foreach (var loop in all)
        {
            loop.Stop();
        }
    }

    private void ReaderEnded(Exception? error)
    {
        if (error is not null)
        {
            Interlocked.CompareExchange(ref failure, error, null);
        }

        // One reader's end is the session's: handlers need not wait for a kernel that listens no more.
        pool.InterruptAll();
        if (Interlocked.Decrement(ref readers) == 0)
        {
            readersEnded.TrySetResult();
        }
    }
}
