using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse;

/// <summary>Opcodes without an answer.</summary>
public sealed partial class FuseSession
{
    private static readonly TimeSpan CallerInterval = TimeSpan.FromMilliseconds(100);

    private bool Forget(Exchange x, ref MessageReader r)
    {
        var forget = r.Read<ForgetIn>();
        if (r.Failed)
        {
            return Malformed(x);
        }

        fileSystem.Forget(x.Node, forget.Lookups);
        return true;
    }

    private bool BatchForget(Exchange x, ref MessageReader r)
    {
        var batch = r.Read<BatchForgetIn>();
        for (uint i = 0; i < batch.Count; i++)
        {
            var one = r.Read<ForgetOne>();
            if (r.Failed)
            {
                break;
            }

            fileSystem.Forget(new NodeId(one.Node), one.Lookups);
        }

        return !r.Failed || Malformed(x);
    }

    private bool Interrupt(Exchange x, ref MessageReader r)
    {
        var interrupt = r.Read<InterruptIn>();
        if (r.Failed)
        {
            return Malformed(x);
        }

        if (pool.CallerOf(interrupt.Unique) is { } pid)
        {
            if (options.InterruptOnlyWhenKilled && !Caller.IsDying(pid))
            {
                _ = InterruptWhenKilledAsync(interrupt.Unique);
            }
            else
            {
                pool.Interrupt(interrupt.Unique);
            }

            return true;
        }

        // Answered already, or read by another thread that has not come to TryBegin yet. EAGAIN makes the kernel send the
        // interrupt again if the request still waits, so none is lost. It looks the request up on the channel that carries
        // this answer, and we don't know which that is: the others answer ENOENT.
        ReadLoop[] all;
        lock (gate)
        {
            all = [.. loops];
        }

        foreach (var loop in all)
        {
            x.SendOn(loop.Transport, Errno.EAGAIN);
        }

        return true;
    }

    /// <summary>The kernel says of one signal only; a later one may be the last.</summary>
    private async Task InterruptWhenKilledAsync(ulong unique)
    {
        while (pool.CallerOf(unique) is { } pid)
        {
            if (Caller.IsDying(pid))
            {
                pool.Interrupt(unique);
                return;
            }

            await Task.Delay(CallerInterval);
        }
    }
}
