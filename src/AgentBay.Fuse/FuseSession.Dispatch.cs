using AgentBay.Fuse.Transport;
using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse;

/// <summary>From a message to its opcode's method, which reads the whole message before it calls the handler.</summary>
public sealed partial class FuseSession
{
    /// <returns>False when a handler keeps the exchange and answers later.</returns>
    internal bool Handle(Exchange exchange, IFuseTransport channel, int length)
    {
        if (!exchange.TryBegin(channel, length, pool, out bool wellFormed))
        {
            Log.ShortMessage(logger, length);
            return true;
        }

        bool done;
        try
        {
            done = wellFormed ? Dispatch(exchange, channel) : Malformed(exchange);
        }
#pragma warning disable CA1031 // The handler is not ours; the caller in the kernel must not wait for ever.
        catch (Exception e) when (exchange.Opcode != Opcode.Init)
#pragma warning restore CA1031
        {
            done = Fail(exchange, e);
        }

        if (done)
        {
            exchange.End();
        }

        return done;
    }

    private bool Dispatch(Exchange x, IFuseTransport channel)
    {
        var r = new MessageReader(x.Body);
        return x.Opcode switch
        {
            Opcode.Lookup => Lookup(x, ref r),
            Opcode.Forget => Forget(x, ref r),
            Opcode.BatchForget => BatchForget(x, ref r),
            Opcode.GetAttr => GetAttr(x, ref r),
            Opcode.SetAttr => SetAttr(x, ref r),
            Opcode.Symlink => Symlink(x, ref r),
            Opcode.MkNod => MkNod(x, ref r),
            Opcode.MkDir => MkDir(x, ref r),
            Opcode.Unlink => Unlink(x, ref r),
            Opcode.RmDir => RmDir(x, ref r),
            Opcode.Rename => Rename(x, ref r),
            Opcode.Rename2 => Rename2(x, ref r),
            Opcode.Link => Link(x, ref r),
            Opcode.Open => Open(x, ref r),
            Opcode.Create => Create(x, ref r),
            Opcode.TmpFile => TmpFile(x, ref r),
            Opcode.Read => Read(x, ref r),
            Opcode.Write => Write(x, ref r),
            Opcode.Flush => Flush(x, ref r),
            Opcode.Release => Release(x, ref r),
            Opcode.Fsync => Fsync(x, ref r),
            Opcode.LSeek => LSeek(x, ref r),
            Opcode.Fallocate => Fallocate(x, ref r),
            Opcode.OpenDir => OpenDir(x, ref r),
            Opcode.ReleaseDir => ReleaseDir(x, ref r),
            Opcode.FsyncDir => FsyncDir(x, ref r),
            Opcode.SetXattr => SetXattr(x, ref r),
            Opcode.GetXattr => GetXattr(x, ref r),
            Opcode.ListXattr => ListXattr(x, ref r),
            Opcode.RemoveXattr => RemoveXattr(x, ref r),
            Opcode.Access => Access(x, ref r),
            Opcode.Interrupt => Interrupt(x, ref r),
            Opcode.ReadDir or Opcode.ReadDirPlus => ReadDirectory(x, ref r),
            Opcode.CopyFileRange => CopyFileRange<WriteFormat>(x, ref r),
            Opcode.CopyFileRange64 => CopyFileRange<CopiedFormat>(x, ref r),
            Opcode.ReadLink => Answer<ReadOnlyMemory<byte>, LinkTargetFormat>(x, fileSystem.ReadLink(x, x.Node)),
            Opcode.StatFs => Answer<FuseStatFs, StatFsFormat>(x, fileSystem.StatFs(x, x.Node)),
            Opcode.Init => Init(x, ref r, channel),
            Opcode.Destroy => Reply(x, Errno.OK, 0),   // The session's end follows, and there FuseFileSystem.Destroyed is called.
            _ => Refuse(x),
        };
    }

    private bool Refuse(Exchange x)
    {
        if (refusedOpcodes.Count < 64 && refusedOpcodes.TryAdd(x.Opcode, true))
        {
            Log.OpcodeRefused(logger, x.Opcode.ToString());
        }

        return Reply(x, Errno.ENOSYS, 0);
    }

    private bool Malformed(Exchange x)
    {
        Log.Malformed(logger, x.Opcode.ToString(), x.Body.Length);
        return x.Opcode is Opcode.Forget or Opcode.BatchForget or Opcode.Interrupt || Reply(x, Errno.EINVAL, 0);
    }

    private static bool IsNegative(ulong value) => value > long.MaxValue;

    private static bool Fits(Exchange x, uint size) => size <= (uint)x.Payload.Length;
}
