using System.Text;
using AgentBay.Fs.Mirror;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fs.Linux.Tests;

[Collection(NothingBeside.Name)]
public sealed class LinuxMirrorFilesTests : IDisposable
{
    private const long Mtime = 1_600_000_000_123_456_789;

    private readonly TestFolder folder = new();
    private readonly LinuxMirrorFiles files;

    public LinuxMirrorFilesTests() => files = LinuxMirrorFiles.Open(folder.Tree, folder.Staging);

    private static PlaceholderMark Mark => new("dir/ké y", "\"abc-2\"", 1_000_000, Mtime);

    private static EntryAttributes Attributes => new() { Mode = 0x1A0, MtimeNs = Mtime };

    public void Dispose()
    {
        files.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_placeholder_has_the_size_and_time_of_its_object_and_no_blocks()
    {
        LocalEntry placed = files.PlacePlaceholder(TreePath.Parse("a"), Mark, Attributes, null)!.Value;

        Assert.Equal((EntryKind.File, 1_000_000L, Mtime, 0x1A0u, 0L, 1u), (placed.Kind, placed.Size, placed.MtimeNs, placed.Mode, placed.Blocks, placed.Links));
        Assert.Equal(placed, files.TryStat(TreePath.Parse("a")));
        Assert.Equal(Mark, files.ReadMark(TreePath.Parse("a")));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Staging));
    }

    [Fact]
    public void A_placeholder_does_not_take_a_name_that_is_taken()
    {
        File.WriteAllText(folder.InTree("a"), "mine");

        Assert.Null(files.PlacePlaceholder(TreePath.Parse("a"), Mark, Attributes, null));
        Assert.Equal("mine", File.ReadAllText(folder.InTree("a")));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Staging));
    }

    [Fact]
    public void A_replacement_goes_over_the_inode_it_was_meant_for_and_no_other()
    {
        File.WriteAllText(folder.InTree("a"), "mine");
        FileIdentity mine = files.TryStat(TreePath.Parse("a"))!.Value.Identity;

        Assert.Null(files.PlacePlaceholder(TreePath.Parse("a"), Mark, Attributes, mine with { BirthTimeNs = 1 }));
        Assert.Equal("mine", File.ReadAllText(folder.InTree("a")));

        LocalEntry placed = files.PlacePlaceholder(TreePath.Parse("a"), Mark, Attributes, mine)!.Value;
        Assert.NotEqual(mine, placed.Identity);
        Assert.Equal(1_000_000, placed.Size);
    }

    [Fact]
    public void A_hydrated_file_has_its_bytes_and_its_time_and_no_mark()
    {
        TreePath path = TreePath.Parse("a");
        LocalEntry placed = files.PlacePlaceholder(path, Mark with { Size = 5 }, Attributes, null)!.Value;
        using SafeFileHandle file = files.OpenHydrate(path, placed.Identity)!;
        RandomAccess.Write(file, "hello"u8, 0);

        LocalEntry whole = files.FinishHydration(file);

        Assert.Null(files.ReadMark(path));
        Assert.Equal((placed.Identity, 5L, Mtime), (whole.Identity, whole.Size, whole.MtimeNs));
        Assert.Equal("hello", File.ReadAllText(folder.InTree("a")));
    }

    [Fact]
    public void The_end_of_a_hydration_keeps_a_time_that_was_set_meanwhile()
    {
        TreePath path = TreePath.Parse("a");
        LocalEntry placed = files.PlacePlaceholder(path, Mark, Attributes, null)!.Value;
        using SafeFileHandle file = files.OpenHydrate(path, placed.Identity)!;
        files.RewriteMark(path, placed.Identity, Mark with { MtimeNs = 42 });

        Assert.Equal(42, files.FinishHydration(file).MtimeNs);
    }

    [Fact]
    public void A_mark_is_not_put_back_on_a_whole_file()
    {
        TreePath path = TreePath.Parse("a");
        File.WriteAllText(folder.InTree("a"), "whole");

        files.RewriteMark(path, files.TryStat(path)!.Value.Identity, Mark);

        Assert.Null(files.ReadMark(path));
    }

    [Fact]
    public void A_folder_is_unfilled_until_it_is_cleared()
    {
        TreePath path = TreePath.Parse("d");
        LocalEntry placed = files.PlaceFolder(path, Attributes with { Mode = 0x5C0 })!.Value;
        Assert.Equal((EntryKind.Folder, 0x5C0u), (placed.Kind, placed.Mode));
        Assert.True(files.IsUnfilled(path));

        files.ClearUnfilled(path);
        files.ClearUnfilled(path);

        Assert.False(files.IsUnfilled(path));
    }

    [Fact]
    public void A_folder_that_is_there_keeps_what_it_has()
    {
        Directory.CreateDirectory(folder.InTree("d"));

        LocalEntry placed = files.PlaceFolder(TreePath.Parse("d"), Attributes)!.Value;

        Assert.Equal(files.TryStat(TreePath.Parse("d")), placed);
        Assert.False(files.IsUnfilled(TreePath.Parse("d")));
    }

    [Fact]
    public void A_folder_does_not_take_the_place_of_a_file()
    {
        File.WriteAllText(folder.InTree("d"), "");
        Assert.Null(files.PlaceFolder(TreePath.Parse("d"), Attributes));
    }

    [Fact]
    public void A_symlink_is_placed_whole_and_its_target_is_bytes()
    {
        byte[] target = [.. "../x/"u8, 0xFF];

        LocalEntry placed = files.PlaceSymlink(TreePath.Parse("l"), target, Attributes, null)!.Value;

        Assert.Equal((EntryKind.Symlink, Mtime), (placed.Kind, placed.MtimeNs));
        Assert.Equal(target, files.ReadLink(TreePath.Parse("l")));
        Assert.Null(files.ReadMark(TreePath.Parse("l")));
        Assert.Empty(files.ReadXattrs(TreePath.Parse("l")));
    }

    [Fact]
    public void Xattrs_come_and_go_and_ours_are_neither_read_nor_taken()
    {
        TreePath path = TreePath.Parse("a");
        var given = new Dictionary<string, byte[]> { ["user.one"] = [1, 0, 2], ["user.agentbay.placeholder"] = [9], ["security.evil"] = [1] };
        LocalEntry placed = files.PlacePlaceholder(path, Mark, Attributes with { Xattrs = given }, null)!.Value;

        Assert.Equal([("user.one", "010002")], files.ReadXattrs(path).Select(x => (x.Key, Convert.ToHexString(x.Value))));
        Assert.Equal(Mark, files.ReadMark(path));

        LocalEntry changed = files.SetAttributes(path, placed.Identity, Attributes with { Mode = 0x1FF, MtimeNs = 7, Xattrs = new Dictionary<string, byte[]> { ["user.two"] = [] } })!.Value;
        Assert.Equal((0x1FFu, 7L, placed.Identity), (changed.Mode, changed.MtimeNs, changed.Identity));
        Assert.Equal(["user.two"], files.ReadXattrs(path).Keys);
        Assert.Equal(Mark, files.ReadMark(path));
    }

    [Fact]
    public void Xattrs_that_the_disk_cannot_keep_are_too_large_and_leave_nothing_behind()
    {
        var huge = new Dictionary<string, byte[]> { ["user.huge"] = new byte[60_000] };

        FsException error = Assert.Throws<FsException>(() => files.PlacePlaceholder(TreePath.Parse("a"), Mark, Attributes with { Xattrs = huge }, null));

        Assert.Equal(FsError.TooLarge, error.Error);
        Assert.Null(files.TryStat(TreePath.Parse("a")));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Staging));
    }

    [Fact]
    public void Owners_are_set_before_modes_so_that_setuid_stays()
    {
        Assert.SkipUnless(files.CanSetOwner, "needs root");

        LocalEntry placed = files.PlacePlaceholder(TreePath.Parse("a"), Mark, Attributes with { Mode = 0x9ED, Uid = 1234, Gid = 4321 }, null)!.Value;

        Assert.Equal((0x9EDu, 1234u, 4321u), (placed.Mode, placed.Uid, placed.Gid));
    }

    [Fact]
    public void A_rename_moves_only_the_inode_meant_and_only_to_a_free_name()
    {
        File.WriteAllText(folder.InTree("a"), "a");
        File.WriteAllText(folder.InTree("b"), "b");
        FileIdentity a = files.TryStat(TreePath.Parse("a"))!.Value.Identity;

        Assert.False(files.Rename(TreePath.Parse("a"), a, TreePath.Parse("b")));
        Assert.False(files.Rename(TreePath.Parse("b"), a, TreePath.Parse("c")));
        Assert.False(files.Rename(TreePath.Parse("x"), a, TreePath.Parse("c")));
        Assert.True(files.Rename(TreePath.Parse("a"), a, TreePath.Parse("c")));
        Assert.Equal(a, files.TryStat(TreePath.Parse("c"))!.Value.Identity);
    }

    [Fact]
    public void Only_the_inode_meant_is_removed_and_only_an_empty_folder()
    {
        Directory.CreateDirectory(folder.InTree("d"));
        File.WriteAllText(folder.InTree("d/f"), "");
        FileIdentity d = files.TryStat(TreePath.Parse("d"))!.Value.Identity, f = files.TryStat(TreePath.Parse("d/f"))!.Value.Identity;

        Assert.False(files.Remove(TreePath.Parse("d"), d));
        Assert.False(files.Remove(TreePath.Parse("d/f"), d));
        Assert.True(files.Remove(TreePath.Parse("d/f"), f));
        Assert.False(files.Remove(TreePath.Parse("d/f"), f));
        Assert.True(files.Remove(TreePath.Parse("d"), d));
        Assert.False(files.Remove(TreePath.Root, files.TryStat(TreePath.Root)!.Value.Identity));
    }

    [Fact]
    public void A_symlink_in_the_way_leads_nowhere()
    {
        string outside = Directory.CreateDirectory(Path.Combine(folder.Path, "outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "secret"), "secret");
        File.CreateSymbolicLink(folder.InTree("link"), outside);
        File.CreateSymbolicLink(folder.InTree("file"), Path.Combine(outside, "secret"));
        TreePath through = TreePath.Parse("link/secret");
        LocalEntry link = files.TryStat(TreePath.Parse("file"))!.Value;

        Assert.Null(files.TryStat(through));
        Assert.Null(files.ReadFolder(TreePath.Parse("link")));
        Assert.Null(files.OpenRead(TreePath.Parse("file"), link.Identity));
        Assert.Null(files.OpenHydrate(TreePath.Parse("file"), link.Identity));
        Assert.Throws<FsException>(() => files.PlacePlaceholder(TreePath.Parse("link/new"), Mark, Attributes, null));
        Assert.Throws<FsException>(() => files.PlaceFolder(TreePath.Parse("link/new"), Attributes));
        Assert.NotNull(files.SetAttributes(TreePath.Parse("file"), link.Identity, Attributes with { MtimeNs = 1 }));
        Assert.Equal(["secret"], Directory.GetFileSystemEntries(outside).Select(Path.GetFileName));
        Assert.NotEqual(1, new DateTimeOffset(File.GetLastWriteTimeUtc(Path.Combine(outside, "secret"))).ToUnixTimeSeconds());
    }

    [Fact]
    public void A_name_is_bytes()
    {
        TreePath path = TreePath.Parse([.. "x"u8, 0xFF, 0xFE]);

        LocalEntry placed = files.PlacePlaceholder(path, Mark, Attributes, null)!.Value;

        Assert.Equal([new(path, placed)], files.ReadFolder(TreePath.Root)!);
    }

    [Fact]
    public void A_path_longer_than_the_systems_limit_is_reached()
    {
        TreePath path = TreePath.Root;
        byte[] name = Encoding.ASCII.GetBytes(new string('n', 250));
        for (int depth = 0; depth < 40; depth++)
        {
            path = path.Append(name);
            Assert.NotNull(files.PlaceFolder(path, Attributes with { Mode = 0x1C0 }));
        }

        Assert.Equal(EntryKind.Folder, files.TryStat(path)!.Value.Kind);
        Assert.Empty(files.ReadFolder(path)!);
        for (; !path.IsRoot; path = path.Parent)
        {
            Assert.True(files.Remove(path, files.TryStat(path)!.Value.Identity));
        }
    }

    [Fact]
    public void Fifos_are_listed_and_never_opened()
    {
        using SafeFileHandle tree = Open(folder.Tree);
        Assert.Equal(Errno.OK, Syscall.MakeNode(tree, "pipe"u8, StatMode.Fifo | 0x180, 0));
        LocalEntry pipe = files.TryStat(TreePath.Parse("pipe"))!.Value;

        Assert.Equal(EntryKind.Special, pipe.Kind);
        Assert.Null(files.OpenRead(TreePath.Parse("pipe"), pipe.Identity));
        Assert.False(files.HasWriters(TreePath.Parse("pipe"), pipe.Identity));
        Assert.Null(files.ReadMark(TreePath.Parse("pipe")));
    }

    [Fact]
    public void A_writer_is_seen_and_a_reader_is_not()
    {
        File.WriteAllText(folder.InTree("a"), "a");
        FileIdentity a = files.TryStat(TreePath.Parse("a"))!.Value.Identity;
        using (File.OpenRead(folder.InTree("a")))
        {
            Assert.False(files.HasWriters(TreePath.Parse("a"), a));
        }

        using (File.OpenWrite(folder.InTree("a")))
        {
            Assert.True(files.HasWriters(TreePath.Parse("a"), a));
        }

        Assert.False(files.HasWriters(TreePath.Parse("a"), a));
    }

    [Fact]
    public void What_a_crash_left_in_staging_is_gone_after_the_next_start()
    {
        File.WriteAllText(Path.Combine(folder.Staging, "1"), "half");
        Directory.CreateDirectory(Path.Combine(folder.Staging, "2"));
        File.CreateSymbolicLink(Path.Combine(folder.Staging, "3"), "/");
        File.WriteAllText(Path.Combine(folder.Staging, "probe"), "");

        using LinuxMirrorFiles again = LinuxMirrorFiles.Open(folder.Tree, folder.Staging);

        Assert.Empty(Directory.GetFileSystemEntries(folder.Staging));
        Assert.NotNull(again.PlacePlaceholder(TreePath.Parse("a"), Mark, Attributes, null));
    }

    [Fact]
    public void A_mirror_in_memory_is_refused_with_what_to_do()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "needs /dev/shm");
        string shm = Path.Combine("/dev/shm", Path.GetFileName(folder.Path));
        try
        {
            string tree = Directory.CreateDirectory(Path.Combine(shm, "tree")).FullName, staging = Directory.CreateDirectory(Path.Combine(shm, "staging")).FullName;

            IOException error = Assert.Throws<IOException>(() => LinuxMirrorFiles.Open(tree, staging));

            Assert.Contains("tmpfs", error.Message, StringComparison.Ordinal);
            Assert.Contains("--cache-dir", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(shm, recursive: true);
        }
    }

    [Fact]
    public void Staging_on_another_disk_is_refused()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "needs /dev/shm");
        string staging = Directory.CreateDirectory(Path.Combine("/dev/shm", Path.GetFileName(folder.Path))).FullName;
        try
        {
            Assert.Contains("one filesystem", Assert.Throws<IOException>(() => LinuxMirrorFiles.Open(folder.Tree, staging)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(staging);
        }
    }

    private static SafeFileHandle Open(string directory)
    {
        Syscall.Open(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(directory), OpenFlags.Directory, 0, out SafeFileHandle handle).ThrowIfError("open");
        return handle;
    }
}
