using System.Collections.Concurrent;
using AgentBay.Fuse.Transport;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fuse.Tests;

/// <summary>Plays the kernel: what a test sends is received by the session, what the session sends can be taken.</summary>
internal sealed class KernelDouble : IFuseTransport
{
    private readonly BlockingCollection<byte[]> requests = [];
    private readonly ConcurrentQueue<KernelDouble> clones = new();
    private readonly SemaphoreSlim cloned = new(0);
    private readonly KernelDouble? parent;

    internal KernelDouble(KernelDouble? parent = null) => this.parent = parent;

    internal BlockingCollection<byte[]> Answers { get; } = [];

    /// <summary>What Send returns.</summary>
    internal Errno SendResult { get; set; }

    internal bool IsDisposed { get; private set; }

    internal void Send(byte[] request) => requests.Add(request);

    /// <summary>The next answer, in the order of sending. The limit only turns a hang into a failure.</summary>
    internal byte[] NextAnswer() => Answers.TryTake(out var answer, TimeSpan.FromMinutes(1)) ? answer : throw new TimeoutException("No answer came.");

    /// <summary>The mount ends: every channel answers ENODEV.</summary>
    internal void End()
    {
        requests.CompleteAdding();
        foreach (var clone in clones)
        {
            clone.End();
        }
    }

    internal async Task<KernelDouble> NextClone()
    {
        await cloned.WaitAsync();
        Assert.True(clones.TryPeek(out _));
        return clones.Last();
    }

    public Errno Receive(Span<byte> buffer, out int length)
    {
        length = 0;
        byte[] request;
        try
        {
            request = requests.Take();
        }
        catch (InvalidOperationException)
        {
            return Errno.ENODEV;
        }

        if (request.Length == 0)
        {
            return Errno.EINTR;
        }

        request.CopyTo(buffer);
        length = request.Length;
        return Errno.OK;
    }

    Errno IFuseTransport.Send(ReadOnlySpan<byte> message)
    {
        Errno result = SendResult; // Whoever waits for the answer may set the next one's.
        Answers.Add(message.ToArray());
        return result;
    }

    public void Interrupt()
    {
        if (!requests.IsAddingCompleted)
        {
            requests.Add([]);
        }
    }

    public IFuseTransport Clone()
    {
        var clone = new KernelDouble(parent ?? this);
        clones.Enqueue(clone);
        cloned.Release();
        return clone;
    }

    public Errno OpenBacking(SafeFileHandle file, out int id)
    {
        id = 7;
        return Errno.OK;
    }

    public Errno CloseBacking(int id) => id == 7 ? Errno.OK : Errno.ENOENT;

    public void Dispose() => IsDisposed = true;
}
