using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse;

/// <summary>Opcodes on attributes, rights and extended attributes.</summary>
public sealed partial class FuseSession
{
    private bool GetAttr(Exchange x, ref MessageReader r)
    {
        var get = r.Read<GetAttrIn>();
        HandleId? handle = (get.Flags & GetAttrIn.HasHandle) != 0 ? new HandleId(get.Handle) : null;
        return r.Failed ? Malformed(x) : Answer<FuseAttributesReply, AttributesFormat>(x, fileSystem.GetAttributes(x, x.Node, handle));
    }

    private bool SetAttr(Exchange x, ref MessageReader r)
    {
        var change = Change(r.Read<SetAttrIn>());
        return r.Failed || change.Size < 0 ? Malformed(x) : Answer<FuseAttributesReply, AttributesFormat>(x, fileSystem.SetAttributes(x, x.Node, change));
    }

    private bool Access(Exchange x, ref MessageReader r)
    {
        var access = r.Read<AccessIn>();
        return r.Failed ? Malformed(x) : Answer(x, fileSystem.Access(x, x.Node, access.Mask));
    }

    private bool SetXattr(Exchange x, ref MessageReader r)
    {
        var set = r.Read<SetXattrIn>();
        var name = r.ReadText();
        var value = r.ReadBytes(set.Size);
        return r.Failed || name.IsEmpty ? Malformed(x) : Answer(x, fileSystem.SetXattr(x, x.Node, name, value, set.Flags));
    }

    private bool GetXattr(Exchange x, ref MessageReader r)
    {
        var get = r.Read<GetXattrIn>();
        var name = r.ReadText();
        x.AskedSize = Math.Min(get.Size, (uint)x.Payload.Length);
        return r.Failed || name.IsEmpty ? Malformed(x) : Answer<ReadOnlyMemory<byte>, XattrFormat>(x, fileSystem.GetXattr(x, x.Node, name));
    }

    private bool ListXattr(Exchange x, ref MessageReader r)
    {
        var list = r.Read<GetXattrIn>();
        x.AskedSize = Math.Min(list.Size, (uint)x.Payload.Length);
        return r.Failed ? Malformed(x) : Answer<ReadOnlyMemory<byte>, XattrFormat>(x, fileSystem.ListXattr(x, x.Node));
    }

    private bool RemoveXattr(Exchange x, ref MessageReader r)
    {
        var name = r.ReadText();
        return r.Failed || name.IsEmpty ? Malformed(x) : Answer(x, fileSystem.RemoveXattr(x, x.Node, name));
    }

    private static FuseSetAttributes Change(in SetAttrIn set)
    {
        var valid = set.Valid;
        bool Has(SetAttrValid flag) => (valid & flag) != 0;
        return new FuseSetAttributes
        {
            Handle = Has(SetAttrValid.Handle) ? new HandleId(set.Handle) : null,
            Mode = Has(SetAttrValid.Mode) ? set.Mode : null,
            Uid = Has(SetAttrValid.Uid) ? set.Uid : null,
            Gid = Has(SetAttrValid.Gid) ? set.Gid : null,
            Size = Has(SetAttrValid.Size) ? (long)set.Size : null,
            AccessTimeNs = Has(SetAttrValid.AccessTimeNow) ? FuseSetAttributes.Now
                : Has(SetAttrValid.AccessTime) ? WireTime.Join(set.AccessTime, set.AccessTimeNs) : null,
            ModifyTimeNs = Has(SetAttrValid.ModifyTimeNow) ? FuseSetAttributes.Now
                : Has(SetAttrValid.ModifyTime) ? WireTime.Join(set.ModifyTime, set.ModifyTimeNs) : null,
            ChangeTimeNs = Has(SetAttrValid.ChangeTime) ? WireTime.Join(set.ChangeTime, set.ChangeTimeNs) : null,
            KillSuidGid = Has(SetAttrValid.KillSuidGid),
        };
    }
}
