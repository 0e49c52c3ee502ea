using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse;

/// <summary>Opcodes on a name in a folder.</summary>
public sealed partial class FuseSession
{
    private bool Lookup(Exchange x, ref MessageReader r)
    {
        var name = r.ReadName();
        return r.Failed ? Malformed(x) : Answer<FuseEntry, EntryFormat>(x, fileSystem.Lookup(x, x.Node, name));
    }

    private bool Symlink(Exchange x, ref MessageReader r)
    {
        var name = r.ReadName();
        var target = r.ReadText();
        return r.Failed ? Malformed(x) : Answer<FuseEntry, EntryFormat>(x, fileSystem.Symlink(x, x.Node, name, target));
    }

    private bool MkNod(Exchange x, ref MessageReader r)
    {
        var make = r.Read<MkNodIn>();
        var name = r.ReadName();
        return r.Failed ? Malformed(x) : Answer<FuseEntry, EntryFormat>(x, fileSystem.MakeNode(x, x.Node, name, make.Mode, make.Device, make.Umask));
    }

    private bool MkDir(Exchange x, ref MessageReader r)
    {
        var make = r.Read<MkDirIn>();
        var name = r.ReadName();
        return r.Failed ? Malformed(x) : Answer<FuseEntry, EntryFormat>(x, fileSystem.MakeDirectory(x, x.Node, name, make.Mode, make.Umask));
    }

    private bool Unlink(Exchange x, ref MessageReader r)
    {
        var name = r.ReadName();
        return r.Failed ? Malformed(x) : Answer(x, fileSystem.Unlink(x, x.Node, name));
    }

    private bool RmDir(Exchange x, ref MessageReader r)
    {
        var name = r.ReadName();
        return r.Failed ? Malformed(x) : Answer(x, fileSystem.RemoveDirectory(x, x.Node, name));
    }

    private bool Rename(Exchange x, ref MessageReader r)
    {
        var rename = r.Read<RenameIn>();
        var name = r.ReadName();
        var newName = r.ReadName();
        return r.Failed ? Malformed(x) : Answer(x, fileSystem.Rename(x, x.Node, name, new NodeId(rename.NewParent), newName, 0));
    }

    private bool Rename2(Exchange x, ref MessageReader r)
    {
        var rename = r.Read<Rename2In>();
        var name = r.ReadName();
        var newName = r.ReadName();
        return r.Failed ? Malformed(x) : Answer(x, fileSystem.Rename(x, x.Node, name, new NodeId(rename.NewParent), newName, rename.Flags));
    }

    private bool Link(Exchange x, ref MessageReader r)
    {
        var link = r.Read<LinkIn>();
        var name = r.ReadName();
        return r.Failed ? Malformed(x) : Answer<FuseEntry, EntryFormat>(x, fileSystem.Link(x, new NodeId(link.Node), x.Node, name));
    }
}
