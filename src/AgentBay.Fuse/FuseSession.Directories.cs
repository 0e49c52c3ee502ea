using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse;

/// <summary>Opcodes on open folders.</summary>
public sealed partial class FuseSession
{
    private bool OpenDir(Exchange x, ref MessageReader r)
    {
        var open = r.Read<OpenIn>();
        return r.Failed ? Malformed(x) : Answer<FuseOpen, OpenFormat>(x, fileSystem.OpenDirectory(x, x.Node, open.Flags));
    }

    private bool ReleaseDir(Exchange x, ref MessageReader r)
    {
        var release = r.Read<ReleaseIn>();
        return r.Failed ? Malformed(x) : Answer(x, fileSystem.ReleaseDirectory(x, x.Node, new HandleId(release.Handle)));
    }

    private bool FsyncDir(Exchange x, ref MessageReader r)
    {
        var sync = r.Read<FsyncIn>();
        return r.Failed ? Malformed(x) : Answer(x, fileSystem.FsyncDirectory(x, x.Node, new HandleId(sync.Handle), (sync.Flags & FsyncIn.DataOnly) != 0));
    }

    private bool ReadDirectory(Exchange x, ref MessageReader r)
    {
        var read = r.Read<ReadIn>();
        if (r.Failed || !Fits(x, read.Size))
        {
            return Malformed(x);
        }

        x.Directory.Begin((int)read.Size, plus: x.Opcode == Opcode.ReadDirPlus);
        return Answer(x, fileSystem.ReadDirectory(x, x.Node, new HandleId(read.Handle), read.Offset, x.Directory));
    }
}
