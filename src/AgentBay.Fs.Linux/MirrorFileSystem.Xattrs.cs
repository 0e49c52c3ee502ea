using System.Text;
using System.Text.Unicode;

namespace AgentBay.Fs.Linux;

/// <summary>
/// Only <c>user.*</c> is kept in the store, so only that is taken; ours are hidden. The sum of all must fit the metadata of an object.
/// </summary>
public sealed partial class MirrorFileSystem
{
    public override ValueTask<FuseResult<ReadOnlyMemory<byte>>> GetXattr(FuseRequest request, NodeId node, ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual(OwnXattr.Status))
        {
            return Result<ReadOnlyMemory<byte>>(StatusOf(node));
        }

        if (!OwnXattr.IsVisible(name))
        {
            // "None" rather than "not supported" where the kernel asks by itself before it runs or writes a file.
            return Result<ReadOnlyMemory<byte>>(name.StartsWith(OwnXattr.User) || name.SequenceEqual("security.capability"u8) ? Errno.ENODATA : Errno.EOPNOTSUPP);
        }

        Errno error = Locate(node, out XattrPlace place);
        if (error != Errno.OK)
        {
            return Result<ReadOnlyMemory<byte>>(error);
        }

        using (place)
        {
            error = place.Get(name, out byte[] value);
            return Result<ReadOnlyMemory<byte>>(error != Errno.OK ? error : (ReadOnlyMemory<byte>)value);
        }
    }

    public override ValueTask<FuseResult<ReadOnlyMemory<byte>>> ListXattr(FuseRequest request, NodeId node)
    {
        Errno error = Locate(node, out XattrPlace place);
        if (error != Errno.OK)
        {
            return Result<ReadOnlyMemory<byte>>(error);
        }

        using (place)
        {
            error = place.List(out byte[] names);
            if (error != Errno.OK)
            {
                return Result<ReadOnlyMemory<byte>>(error);
            }

            var visible = 0;
            foreach (Range range in names.AsSpan().Split((byte)0))
            {
                ReadOnlySpan<byte> name = names.AsSpan(range);
                if (OwnXattr.IsVisible(name))
                {
                    // Moves to the front, with its NUL: what is read is never before what is written.
                    name.CopyTo(names.AsSpan(visible));
                    visible += name.Length;
                    names[visible++] = 0;
                }
            }

            return Result<ReadOnlyMemory<byte>>((ReadOnlyMemory<byte>)names.AsMemory(0, visible));
        }
    }

    public override ValueTask<Errno> SetXattr(FuseRequest request, NodeId node, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int flags)
    {
        Errno error = RefuseXattr(name);
        if (error != Errno.OK || !nodes.TryGet(node, out Node? file))
        {
            return new(error == Errno.OK ? Errno.ESTALE : error);
        }

        if (!Utf8.IsValid(name))
        {
            return new(Errno.EINVAL);
        }

        using (host.Gate.EnterShared())
        {
            error = Locate(node, out XattrPlace place);
            if (error != Errno.OK)
            {
                return new(error);
            }

            using (place)
            {
                error = RefuseTooMany(place, name, value);
                error = error == Errno.OK ? place.Set(name, value, flags) : error;
            }

            if (error == Errno.OK)
            {
                NoteChange(file, written: false);
            }

            return new(error);
        }
    }

    public override ValueTask<Errno> RemoveXattr(FuseRequest request, NodeId node, ReadOnlySpan<byte> name)
    {
        Errno error = RefuseXattr(name);
        if (error != Errno.OK || !nodes.TryGet(node, out Node? file))
        {
            return new(error == Errno.OK ? Errno.ESTALE : error);
        }

        using (host.Gate.EnterShared())
        {
            error = Locate(node, out XattrPlace place);
            if (error != Errno.OK)
            {
                return new(error);
            }

            using (place)
            {
                error = place.Remove(name);
            }

            if (error == Errno.OK)
            {
                NoteChange(file, written: false);
            }

            return new(error);
        }
    }

    private FuseResult<ReadOnlyMemory<byte>> StatusOf(NodeId id) =>
        nodes.TryGet(id, out Node? node) && nodes.TryGetPath(node, out TreePath path) && host.StatusOf(path) is { } word
            ? (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(word)
            : Errno.ENODATA;

    private Errno RefuseXattr(ReadOnlySpan<byte> name) =>
        host.ReadOnly ? Errno.EROFS
        : OwnXattr.IsVisible(name) ? Errno.OK
        : name.StartsWith(OwnXattr.Prefix) ? Errno.EPERM
        : Errno.EOPNOTSUPP;

    /// <summary>Refused now, or the file could not be stored later.</summary>
    private Errno RefuseTooMany(in XattrPlace place, ReadOnlySpan<byte> added, ReadOnlySpan<byte> value)
    {
        Errno error = place.List(out byte[] names);
        if (error != Errno.OK)
        {
            return error;
        }

        var all = new Dictionary<string, byte[]>();
        foreach (Range range in names.AsSpan().Split((byte)0))
        {
            ReadOnlySpan<byte> name = names.AsSpan(range);
            if (OwnXattr.IsVisible(name) && place.Get(name, out byte[] present) == Errno.OK)
            {
                all[Encoding.UTF8.GetString(name)] = present;
            }
        }

        all[Encoding.UTF8.GetString(added)] = value.ToArray();
        return host.CanStore(all) ? Errno.OK : Errno.ENOSPC;
    }

    private Errno Locate(NodeId id, out XattrPlace place)
    {
        place = default;
        if (!nodes.TryGet(id, out Node? node))
        {
            return Errno.ESTALE;
        }

        if (node.IsRegular && Borrowed.TryTake(node.Handle, out Borrowed file))
        {
            place = new XattrPlace(file, null);
            return Errno.OK;
        }

        if (node == nodes.Root)
        {
            place = new XattrPlace(Borrowed.Forever(files.Tree), ProcPath.Of(files.Tree, default));
            return Errno.OK;
        }

        if (!nodes.TryGetName(node, out Node? parent, out byte[] name))
        {
            return Errno.ESTALE;
        }

        Errno error = BorrowFolder(parent, out Borrowed folder);
        if (error == Errno.OK)
        {
            place = new XattrPlace(folder, ProcPath.Of(folder.Handle, name));
        }

        return error;
    }

    /// <summary>Where xattr calls reach a node: its descriptor, or a path below an open folder.</summary>
    private readonly ref struct XattrPlace(Borrowed borrowed, byte[]? path)
    {
        private readonly Borrowed borrowed = borrowed;

        internal Errno Get(ReadOnlySpan<byte> name, out byte[] value) =>
            path is null ? Syscall.GetXattr(borrowed.Handle, name, out value) : Syscall.GetXattr(path, name, out value);

        internal Errno List(out byte[] names) => path is null ? Syscall.ListXattr(borrowed.Handle, out names) : Syscall.ListXattr(path, out names);

        internal Errno Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int flags) =>
            path is null ? Syscall.SetXattr(borrowed.Handle, name, value, flags) : Syscall.SetXattr(path, name, value, flags);

        internal Errno Remove(ReadOnlySpan<byte> name) => path is null ? Syscall.RemoveXattr(borrowed.Handle, name) : Syscall.RemoveXattr(path, name);

        public void Dispose() => borrowed.Dispose();
    }
}
