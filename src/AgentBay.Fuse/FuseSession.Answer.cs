using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse;

/// <summary>From a handler's task to the answer: on the reading thread when it is complete, else from whichever thread completes it.</summary>
public sealed partial class FuseSession
{
    private bool Answer<T, TFormat>(Exchange x, ValueTask<FuseResult<T>> task)
        where TFormat : IReplyFormat<T>
    {
        if (!task.IsCompleted)
        {
            _ = AnswerLater<T, TFormat>(x, task);
            return false;
        }

        return Reply<T, TFormat>(x, task.GetAwaiter().GetResult());
    }

    private bool Answer(Exchange x, ValueTask<Errno> task)
    {
        if (!task.IsCompleted)
        {
            _ = AnswerLater(x, task);
            return false;
        }

        return Reply(x, task.GetAwaiter().GetResult());
    }

    private async Task AnswerLater<T, TFormat>(Exchange x, ValueTask<FuseResult<T>> task)
        where TFormat : IReplyFormat<T>
    {
        try
        {
            Reply<T, TFormat>(x, await task);
        }
#pragma warning disable CA1031 // As in Handle.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(x, e);
        }

        x.End();
        pool.Return(x);
    }

    private async Task AnswerLater(Exchange x, ValueTask<Errno> task)
    {
        try
        {
            Reply(x, await task);
        }
#pragma warning disable CA1031 // As in Handle.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(x, e);
        }

        x.End();
        pool.Return(x);
    }

    private bool Reply<T, TFormat>(Exchange x, FuseResult<T> result)
        where TFormat : IReplyFormat<T>
    {
        if (result.IsError)
        {
            return Reply(x, result.Error, 0);
        }

        Errno error = TFormat.Write(x, result.Value, out int length);
        if (error is not (Errno.OK or Errno.ERANGE))
        {
            Log.AnswerOutOfRange(logger, x.Opcode.ToString(), x.Node.Value, error);
        }

        return Reply(x, error, length);
    }

    private bool Reply(Exchange x, Errno error)
    {
        int length = 0;
        if (error == Errno.OK && x.Opcode is Opcode.ReadDir or Opcode.ReadDirPlus)
        {
            length = x.Directory.Length;
            error = x.Directory.TooSmall ? Errno.EINVAL : error;
        }

        return Reply(x, error, length);
    }

    private bool Reply(Exchange x, Errno error, int length)
    {
        Errno sent = x.Send(error, length);

        // ENOENT: the request was aborted. ENODEV: so was the mount.
        if (sent is not (Errno.OK or Errno.ENOENT or Errno.ENODEV or Errno.ECONNABORTED))
        {
            Log.AnswerRefused(logger, x.Opcode.ToString(), x.Node.Value, sent);
        }

        return true;
    }

    /// <summary>A handler that gave up because it was interrupted answers EINTR; any other exception is a defect or a failure of its own.</summary>
    private bool Fail(Exchange x, Exception exception)
    {
        if (x.Opcode is Opcode.Forget or Opcode.BatchForget)
        {
            Log.HandlerFailed(logger, exception, x.Opcode.ToString(), x.Node.Value);
            return true;
        }

        if (exception is OperationCanceledException && x.WasInterrupted)
        {
            return Reply(x, Errno.EINTR, 0);
        }

        Log.HandlerFailed(logger, exception, x.Opcode.ToString(), x.Node.Value);
        return Reply(x, Errno.EIO, 0);
    }
}
