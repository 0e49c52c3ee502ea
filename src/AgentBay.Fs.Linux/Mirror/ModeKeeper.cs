using System.Text;

namespace AgentBay.Fs.Linux;

/// <summary>
/// Where a mirror inode keeps its mode. A daemon with root keeps it as the inode's own. One without would lock itself out
/// (git's objects are 0444) and may lose setuid bits when it writes, so it keeps u+rw (u+rwx on folders) and the mode that
/// programs see in an xattr.
/// INVARIANT: an inode whose mode is in the xattr has the sticky bit, so that one stat tells whether to look. A mode that has
/// the sticky bit itself needs no rule of its own: it is in the xattr too, or there is no xattr and it is as it stands.
/// </summary>
internal sealed class ModeKeeper(bool ownModes)
{
    /// <summary>The inode's mode is the true one.</summary>
    internal bool OwnModes => ownModes;

    /// <summary>What an inode is created with. <see cref="IsOnInode"/> says whether that is all.</summary>
    internal uint ForInode(uint mode, bool folder)
    {
        mode &= StatMode.PermissionMask;
        return IsOnInode(mode, folder) ? mode : (mode & 0x1FF) | (folder ? 0x1C0u : 0x180u) | StatMode.Sticky;
    }

    internal bool IsOnInode(uint mode, bool folder) =>
        ownModes || ((mode & 0xE00) == 0 && (mode & (folder ? 0x1C0u : 0x180u)) == (folder ? 0x1C0u : 0x180u));

    /// <summary>chmod of a file or folder.</summary>
    /// <param name="file">Open, not O_PATH.</param>
    internal Errno Set(SafeFileHandle file, uint mode, in FileStatus before)
    {
        bool folder = before.IsDirectory;
        if (IsOnInode(mode & StatMode.PermissionMask, folder))
        {
            // Without the sticky bit nobody looks at the xattr, so that it may stay; with it, it must go first.
            if ((before.Mode & StatMode.Sticky) != 0)
            {
                Errno removed = Syscall.RemoveXattr(file, OwnXattr.Mode);
                if (removed is not (Errno.OK or Errno.ENODATA))
                {
                    return removed;
                }
            }

            return Syscall.ChangeMode(file, mode & StatMode.PermissionMask);
        }

        Errno error = Syscall.SetXattr(file, OwnXattr.Mode, Encode(mode));
        uint onInode = ForInode(mode, folder);
        return error != Errno.OK || onInode == (before.Mode & StatMode.PermissionMask) ? error : Syscall.ChangeMode(file, onInode);
    }

    /// <summary>The permission bits that programs see of <paramref name="name"/> in <paramref name="folder"/>.</summary>
    internal static uint Read(SafeFileHandle folder, ReadOnlySpan<byte> name, in FileStatus status) =>
        MayBeInXattr(status) && Syscall.GetXattr(ProcPath.Of(folder, name), OwnXattr.Mode, out byte[] value) == Errno.OK
            ? Decode(value, status)
            : status.Mode & StatMode.PermissionMask;

    /// <summary>Likewise of an open file that is not O_PATH.</summary>
    internal static uint Read(SafeFileHandle file, in FileStatus status) =>
        MayBeInXattr(status) && Syscall.GetXattr(file, OwnXattr.Mode, out byte[] value) == Errno.OK
            ? Decode(value, status)
            : status.Mode & StatMode.PermissionMask;

    private static bool MayBeInXattr(in FileStatus status) => (status.Mode & StatMode.Sticky) != 0 && (status.IsRegular || status.IsDirectory);

    private static byte[] Encode(uint mode) => Encoding.ASCII.GetBytes(Convert.ToString(mode & StatMode.PermissionMask, 8));

    private static uint Decode(byte[] value, in FileStatus status)
    {
        uint mode = 0;
        foreach (byte digit in value)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return status.Mode & StatMode.PermissionMask;
            }

            mode = (mode << 3) | (uint)(digit - '0');
        }

        return mode & StatMode.PermissionMask;
    }
}
