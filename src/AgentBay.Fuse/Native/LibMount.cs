using System.Runtime.InteropServices;

namespace AgentBay.Fuse.Native;

/// <summary>util-linux's libmount: the few calls that keep its table of what mounts say to umount(8). Machines without it have no umount(8) that would read the table.</summary>
internal static partial class LibMount
{
    private const string Library = "libmount.so.1";

    internal static bool IsThere { get; } = NativeLibrary.TryLoad(Library, out _);

    [LibraryImport(Library, EntryPoint = "mnt_new_fs")]
    internal static partial nint NewEntry();

    [LibraryImport(Library, EntryPoint = "mnt_unref_fs")]
    internal static partial void FreeEntry(nint entry);

    [LibraryImport(Library, EntryPoint = "mnt_fs_set_source", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetSource(nint entry, string source);

    [LibraryImport(Library, EntryPoint = "mnt_fs_set_target", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetTarget(nint entry, string target);

    [LibraryImport(Library, EntryPoint = "mnt_fs_set_fstype", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetType(nint entry, string type);

    [LibraryImport(Library, EntryPoint = "mnt_fs_set_options", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetOptions(nint entry, string options);

    [LibraryImport(Library, EntryPoint = "mnt_new_update")]
    internal static partial nint NewUpdate();

    [LibraryImport(Library, EntryPoint = "mnt_free_update")]
    internal static partial void FreeUpdate(nint update);

    /// <summary>An addition has an entry, a removal a target.</summary>
    /// <returns>0: there is something to do.</returns>
    [LibraryImport(Library, EntryPoint = "mnt_update_set_fs", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetChange(nint update, CULong flags, string? target, nint entry);

    [LibraryImport(Library, EntryPoint = "mnt_update_table")]
    internal static partial int Write(nint update, nint ownLock);
}
