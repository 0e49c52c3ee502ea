using System.Collections.Concurrent;

namespace AgentBay.Fs.Linux;

/// <summary>
/// Tells the kernel what it must forget, from one thread that holds no lock: an invalidation may wait for a request that a
/// handler is serving.
/// </summary>
#pragma warning disable CA1001 // The collection is the thread's until that ends; it holds nothing that Dispose would free.
internal sealed class KernelNotices
#pragma warning restore CA1001
{
    /// <summary>A LOOKUP that looked at the disk before a change may be answered after the invalidation, and the kernel would keep the old answer. By then it is out.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly BlockingCollection<Notice> notices = [];
    private readonly Queue<(long Due, Notice Notice)> repeats = new();
    private readonly Func<TreePath, NodeId?> findFolder;
    private readonly IKernel kernel;

    /// <param name="findFolder">The node of a folder, if the kernel knows it.</param>
    internal KernelNotices(IKernel kernel, Func<TreePath, NodeId?> findFolder)
    {
        this.kernel = kernel;
        this.findFolder = findFolder;
        new Thread(Run) { IsBackground = true, Name = "fuse notices" }.Start();
    }

    internal void EntryChanged(TreePath path) => Add(new Notice(path, null));

    internal void AttributesChanged(NodeId node) => Add(new Notice(default, node));

    /// <summary>Ends the thread, soon: it may be in a call that ends with the device. What is left is of no use to a mount that has ended.</summary>
    internal void End() => notices.CompleteAdding();

    private void Add(Notice notice)
    {
        try
        {
            notices.Add(notice);
        }
        catch (InvalidOperationException)
        {
            // Ended: the kernel has forgotten everything.
        }
    }

    private void Run()
    {
        while (!notices.IsAddingCompleted)
        {
            long now = Environment.TickCount64;
            int wait = repeats.Count == 0 ? Timeout.Infinite : (int)Math.Max(0, repeats.Peek().Due - now);
            if (notices.TryTake(out Notice notice, wait))
            {
                Send(notice, expireOnly: false);
                if (notice.Node is null)
                {
                    repeats.Enqueue((Environment.TickCount64 + (long)Again.TotalMilliseconds, notice));
                }
            }
            else if (repeats.Count > 0)
            {
                Send(repeats.Dequeue().Notice, expireOnly: true);
            }
        }
    }

    private void Send(Notice notice, bool expireOnly)
    {
        if (notices.IsAddingCompleted)
        {
            return;
        }

        if (notice.Node is { } node)
        {
            kernel.InvalidateAttributes(node);
        }
        else if (findFolder(notice.Path.Parent) is { } folder)
        {
            kernel.InvalidateEntry(folder, notice.Path.Name, expireOnly);
        }
    }

    private readonly record struct Notice(TreePath Path, NodeId? Node);
}
