using AgentBay.Fs.Mirror;
using AgentBay.Fuse;
using AgentBay.Posix;
using static AgentBay.Fs.Linux.Tests.Handlers;

namespace AgentBay.Fs.Linux.Tests;

public sealed class MirrorFileSystemTests
{
    private static readonly FakeRequest Request = new();

    [Fact]
    public void An_absent_name_is_remembered_as_absent()
    {
        using var h = new Handlers();

        FuseEntry entry = h.Lookup("nothing");

        Assert.Equal((default(NodeId), TimeSpan.FromDays(1)), (entry.Node, entry.EntryLifetime));
    }

    [Fact]
    public void A_lookup_of_a_known_name_allocates_next_to_nothing()
    {
        using var h = new Handlers();
        NodeId folder = h.MakeFolder("d");
        _ = h.MakeFile("f", folder);
        byte[] name = Bytes("f");
        for (int i = 0; i < 100; i++)
        {
            Assert.True(IsAnswered(h.FileSystem.Lookup(Request, folder, name)));
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(IsAnswered(h.FileSystem.Lookup(Request, folder, name)));
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1000, 0, 64);
    }

    [Fact]
    public void Two_names_of_one_file_are_one_node()
    {
        using var h = new Handlers();
        NodeId a = h.MakeFile("a");

        FuseEntry b = Value(h.FileSystem.Link(Request, a, NodeId.Root, Bytes("b")));

        Assert.Equal((a, 2u), (b.Node, b.Attributes.Links));
        Assert.Equal(a, h.Lookup("b").Node);
        Assert.Equal(Errno.OK, h.Unlink("a"));
        Assert.Equal(1u, h.Stat(a).Attributes.Links);
        Assert.Subset(h.Noted().ToHashSet(), new HashSet<string> { "a", "b" });
    }

    [Fact]
    public void A_file_is_reached_by_the_name_that_was_looked_up_when_sync_took_its_other_one()
    {
        using var h = new Handlers();
        NodeId file = h.MakeFile("a");
        _ = Value(h.FileSystem.Link(Request, file, NodeId.Root, Bytes("b")));
        File.Delete(h.InTree("a"));
        File.WriteAllText(h.InTree("a"), "another version");

        Assert.Equal(file, h.Lookup("b").Node);

        _ = Value(h.FileSystem.Open(Request, file, OpenFlags.ReadWrite));
        h.Release(file, OpenFlags.ReadWrite);
    }

    [Fact]
    public void A_change_of_one_of_two_names_is_noted_for_both()
    {
        using var h = new Handlers();
        NodeId a = h.MakeFile("a");
        _ = Value(h.FileSystem.Link(Request, a, NodeId.Root, Bytes("b")));
        foreach ((TreePath path, JournalEntry entry) in h.Host.Journal.Read(out long at))
        {
            h.Host.Journal.Done(path, null, at);
        }

        _ = Value(h.FileSystem.SetAttributes(Request, a, new FuseSetAttributes { Mode = 0x180 }));

        Assert.Equal(["a", "b"], h.Noted().Order());
    }

    [Fact]
    public void A_forgotten_node_is_gone_and_comes_back_under_another_id()
    {
        using var h = new Handlers();
        NodeId a = h.MakeFile("a");
        Assert.Equal(a, h.Lookup("a").Node);

        h.FileSystem.Forget(a, 1);
        Assert.Equal(0, h.Stat(a).Attributes.Size);
        h.FileSystem.Forget(a, 1);

        Assert.Equal(Errno.ESTALE, Error(h.FileSystem.GetAttributes(Request, a, null)));
        Assert.NotEqual(a, h.Lookup("a").Node);
    }

    [Fact]
    public void A_forgotten_folder_still_leads_to_what_lies_in_it()
    {
        using var h = new Handlers();
        NodeId folder = h.MakeFolder("d"), file = h.MakeFile("f", folder);

        h.FileSystem.Forget(folder, 1);
        Assert.Equal(Errno.OK, h.Rename("d", "e"));
        _ = Value(h.FileSystem.SetAttributes(Request, file, new FuseSetAttributes { Mode = 0x180 }));

        Assert.Contains("e/f", h.Noted());
        Assert.Equal(0x8180u, h.Stat(file).Attributes.Mode);
    }

    [Fact]
    public void The_backing_file_of_a_forgotten_or_removed_node_is_given_back()
    {
        using var h = new Handlers();
        NodeId a = h.MakeFile("a"), b = h.MakeFile("b");
        Assert.Equal(2, h.Kernel.Backings.Count);

        h.FileSystem.Forget(a, 1);
        Assert.Single(h.Kernel.Backings);
        Assert.Equal(Errno.OK, h.Unlink("b"));
        Assert.Empty(h.Kernel.Backings);
    }

    [Fact]
    public void Files_that_are_not_open_keep_a_bounded_number_of_descriptors()
    {
        using var h = new Handlers(options: new MirrorFileSystemOptions { HandleCacheSize = 4 });
        for (int i = 0; i < 40; i++)
        {
            _ = h.MakeFile($"f{i}");
            _ = h.MakeFile("f", h.MakeFolder($"d{i}"));
        }

        Assert.InRange(h.Kernel.Backings.Count, 1, 4);
    }

    [Fact]
    public void A_new_inode_with_an_old_number_is_a_new_node()
    {
        using var h = new Handlers();

        // ext4 gives the lowest free number, mostly the one that was freed last.
        var seen = new Dictionary<ulong, NodeId>();
        for (int i = 0; i < 50; i++)
        {
            FuseCreated created = h.Create("a");
            ulong inode = created.Entry.Attributes.Inode;
            Assert.True(seen.Values.All(node => node != created.Entry.Node));
            seen[inode] = created.Entry.Node;
            Assert.Equal(created.Entry.Node, h.Lookup("a").Node);
            h.Release(created.Entry.Node, OpenFlags.ReadWrite);
            Assert.Equal(Errno.OK, h.Unlink("a"));
            Assert.Equal(0u, h.Stat(created.Entry.Node).Attributes.Links);
        }
    }

    [Theory]
    [InlineData(FuseDataPath.Passthrough)]
    [InlineData(FuseDataPath.WritebackCache)]
    public void An_unlinked_file_that_is_open_still_works(FuseDataPath dataPath)
    {
        using var h = new Handlers(dataPath);
        NodeId a = h.Create("a").Entry.Node;
        Assert.Equal(Errno.OK, h.Unlink("a"));
        NodeId other = h.MakeFile("a");

        _ = Value(h.FileSystem.SetAttributes(Request, a, new FuseSetAttributes { Size = 77, Mode = 0x180 }));
        Assert.Equal(Errno.OK, Done(h.FileSystem.SetXattr(Request, a, "user.a"u8, "b"u8, 0)));
        Assert.Equal("b"u8, Value(h.FileSystem.GetXattr(Request, a, "user.a"u8)).Span);
        Assert.Equal(Errno.OK, Done(h.FileSystem.Fsync(Request, a, default, false)));

        FuseAttributes attributes = h.Stat(a).Attributes;
        Assert.Equal((77L, 0x8180u, 0u), (attributes.Size, attributes.Mode, attributes.Links));
        Assert.NotEqual(a, other);
        Assert.Equal(0, h.Stat(other).Attributes.Size);
        Assert.DoesNotContain(h.Host.Calls, call => call.StartsWith("fsync", StringComparison.Ordinal));
        h.Release(a, OpenFlags.ReadWrite);
        Assert.Equal(77, h.Stat(a).Attributes.Size);
        h.FileSystem.Forget(a, 1);
        Assert.Equal(Errno.ESTALE, Error(h.FileSystem.GetAttributes(Request, a, null)));
        Assert.False(h.Host.Journal.HasWriter(attributes.Inode));
    }

    [Fact]
    public void A_file_made_without_a_name_is_reported_when_it_gets_one()
    {
        using var h = new Handlers();
        FuseCreated made = Value(h.FileSystem.TemporaryFile(Request, NodeId.Root, StatMode.Regular | 0x180, 0, OpenFlags.ReadWrite));
        Assert.Empty(h.Noted());

        FuseEntry linked = Value(h.FileSystem.Link(Request, made.Entry.Node, NodeId.Root, Bytes("a")));

        Assert.Equal((made.Entry.Node, 1u), (linked.Node, linked.Attributes.Links));
        Assert.Contains("a", h.Noted());
        Assert.True(h.Host.Journal.HasWriter(linked.Attributes.Inode));
        h.Release(linked.Node, OpenFlags.ReadWrite);
        Assert.False(h.Host.Journal.HasWriter(linked.Attributes.Inode));
    }

    [Fact]
    public void A_writer_is_known_before_it_has_its_handle()
    {
        using var h = new Handlers();
        NodeId a = h.MakeFile("a");
        ulong inode = h.Stat(a).Attributes.Inode;
        Assert.False(h.Host.Journal.HasWriter(inode));

        _ = Value(h.FileSystem.Open(Request, a, OpenFlags.WriteOnly));

        Assert.True(h.Host.Journal.HasWriter(inode));
        h.Release(a, OpenFlags.WriteOnly);
        Assert.False(h.Host.Journal.HasWriter(inode));
    }

    [Fact]
    public void Attributes_of_a_file_that_may_be_mapped_for_writing_are_not_kept()
    {
        using var h = new Handlers();
        NodeId a = h.MakeFile("a");
        Assert.Equal(TimeSpan.FromDays(1), h.Stat(a).Lifetime);

        _ = Value(h.FileSystem.Open(Request, a, OpenFlags.ReadWrite));

        Assert.Equal($"attributes {a.Value}", h.Kernel.Notices.Take());
        Assert.Equal(TimeSpan.Zero, h.Stat(a).Lifetime);
        h.Release(a, OpenFlags.ReadWrite);
        Assert.Equal(TimeSpan.FromDays(1), h.Stat(a).Lifetime);
    }

    [Fact]
    public void A_file_whose_backing_is_refused_goes_through_the_daemon_for_all_its_opens()
    {
        using var h = new Handlers();
        h.Kernel.RefuseBacking = Errno.ELOOP;
        FuseCreated a = h.Create("a");
        h.Kernel.RefuseBacking = Errno.OK;

        FuseOpen second = Value(h.FileSystem.Open(Request, a.Entry.Node, OpenFlags.ReadOnly));

        Assert.False(a.Open.Flags.HasFlag(FuseOpenFlags.Passthrough));
        Assert.False(second.Flags.HasFlag(FuseOpenFlags.Passthrough));
        Assert.Equal(3, Value(h.FileSystem.Write(Request, a.Entry.Node, default, 0, "abc"u8.ToArray(), false, false)));
        var buffer = new byte[9];
        Assert.Equal(3, Value(h.FileSystem.Read(Request, a.Entry.Node, default, 0, buffer)));
        h.Release(a.Entry.Node, OpenFlags.ReadWrite);
        h.Release(a.Entry.Node, OpenFlags.ReadOnly);
        Assert.True(Value(h.FileSystem.Open(Request, a.Entry.Node, OpenFlags.ReadOnly)).Flags.HasFlag(FuseOpenFlags.Passthrough));
    }

    [Fact]
    public void A_name_that_sync_gave_to_another_inode_is_not_written_under_the_old_one()
    {
        using var h = new Handlers();
        NodeId a = h.MakeFile("a");
        File.WriteAllText(h.InTree("other"), "new");
        File.Move(h.InTree("other"), h.InTree("a"), overwrite: true);

        Assert.Equal(Errno.ESTALE, Error(h.FileSystem.Open(Request, a, OpenFlags.WriteOnly)));
        Assert.NotEqual(a, h.Lookup("a").Node);
    }

    [Fact]
    public void A_name_placed_since_the_kernel_looked_is_looked_up_again()
    {
        using var h = new Handlers();
        File.WriteAllText(h.InTree("a"), "placed");

        Assert.Equal(Errno.ESTALE, Error(h.FileSystem.Create(Request, NodeId.Root, Bytes("a"), 0x81A4, 0, OpenFlags.WriteOnly)));
    }

    [Fact]
    public void Exchanged_names_are_noted_both_and_the_nodes_follow()
    {
        using var h = new Handlers();
        NodeId d = h.MakeFolder("d"), inner = h.MakeFile("f", d), x = h.MakeFile("x");

        Assert.Equal(Errno.OK, h.Rename("d", "x", flags: 2));

        Assert.Equal((x, d), (h.Lookup("d").Node, h.Lookup("x").Node));
        _ = Value(h.FileSystem.SetAttributes(Request, inner, new FuseSetAttributes { Mode = 0x180 }));
        Assert.Contains("x/f", h.Noted());
        Assert.Equal(Errno.EINVAL, h.Rename("d", "x", flags: 4));
        Assert.Equal(Errno.EEXIST, h.Rename("d", "x", flags: 1));
    }

    [Fact]
    public void A_folder_brings_everything_in_before_it_moves()
    {
        using var h = new Handlers();
        _ = h.MakeFolder("d");

        Assert.Equal(Errno.OK, h.Rename("d", "e"));

        Assert.Equal(["folder created", "fill tree d"], h.Host.Calls);
    }

    [Fact]
    public void A_folder_with_names_still_in_the_store_is_not_empty()
    {
        using var h = new Handlers();
        Directory.CreateDirectory(h.InTree("d"));
        h.Host.Unfilled[TreePath.Parse("d")] = () => h.Host.Place("d/f", [1]);

        Assert.Equal(Errno.ENOTEMPTY, Done(h.FileSystem.RemoveDirectory(Request, NodeId.Root, Bytes("d"))));
    }

    [Fact]
    public void A_listing_holds_what_was_there_when_it_began_and_rewinding_looks_again()
    {
        using var h = new Handlers();
        _ = h.MakeFile("a");
        FuseOpen open = Value(h.FileSystem.OpenDirectory(Request, NodeId.Root, 0));
        var first = new FakeEntries(withAttributes: false, room: 2);
        Assert.Equal(Errno.OK, Done(h.FileSystem.ReadDirectory(Request, NodeId.Root, open.Handle, 0, first)));
        _ = h.MakeFile("b");

        var rest = new FakeEntries(withAttributes: false);
        _ = Done(h.FileSystem.ReadDirectory(Request, NodeId.Root, open.Handle, first.Added[^1].Next, rest));
        var again = new FakeEntries(withAttributes: false);
        _ = Done(h.FileSystem.ReadDirectory(Request, NodeId.Root, open.Handle, 0, again));

        Assert.Equal([".", ".."], first.Added.Select(e => e.Name));
        Assert.Equal(["a"], rest.Added.Select(e => e.Name));
        Assert.Equal([".", "..", "a", "b"], again.Added.Select(e => e.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_listing_with_attributes_gives_references_for_what_fitted_only()
    {
        using var h = new Handlers();
        File.WriteAllText(h.InTree("a"), "");
        File.WriteAllText(h.InTree("b"), "");
        FuseOpen open = Value(h.FileSystem.OpenDirectory(Request, NodeId.Root, 0));
        var entries = new FakeEntries(withAttributes: true, room: 3);

        _ = Done(h.FileSystem.ReadDirectory(Request, NodeId.Root, open.Handle, 0, entries));

        NodeId fitted = entries.Added[2].Entry.Node;
        h.FileSystem.Forget(fitted, 1);
        Assert.Equal(Errno.ESTALE, Error(h.FileSystem.GetAttributes(Request, fitted, null)));
        Assert.Equal(Errno.ESTALE, Error(h.FileSystem.GetAttributes(Request, new NodeId(fitted.Value + 1), null)));
    }

    [Fact]
    public void A_placeholder_shows_the_file_that_it_stands_for()
    {
        using var h = new Handlers();
        _ = h.Host.Place("f", new byte[1025], mtimeNs: 42);

        FuseAttributes attributes = h.Lookup("f").Attributes;

        Assert.Equal((1025L, 3L, 42L), (attributes.Size, attributes.Blocks, attributes.ModifyTimeNs));
    }

    [Fact]
    public void Hydration_does_not_move_the_ctime_that_programs_see()
    {
        using var h = new Handlers();
        _ = h.Host.Place("f", [1, 2, 3]);
        FuseEntry before = h.Lookup("f");

        _ = Value(h.FileSystem.Open(Request, before.Node, OpenFlags.ReadOnly));

        Assert.Equal(before.Attributes.ChangeTimeNs, h.Stat(before.Node).Attributes.ChangeTimeNs);
        FuseAttributes changed = Value(h.FileSystem.SetAttributes(Request, before.Node, new FuseSetAttributes { Mode = 0x180 })).Attributes;
        Assert.NotEqual(before.Attributes.ChangeTimeNs, changed.ChangeTimeNs);
    }

    [Fact]
    public async Task An_open_waits_for_the_bytes_and_an_interrupt_ends_the_wait()
    {
        using var h = new Handlers();
        _ = h.Host.Place("f", [1]);
        h.Host.Hold = new TaskCompletionSource();
        using var interrupt = new CancellationTokenSource();
        NodeId f = h.Lookup("f").Node;

        ValueTask<FuseResult<FuseOpen>> open = h.FileSystem.Open(new FakeRequest(interrupted: interrupt.Token), f, OpenFlags.ReadOnly);
        Assert.False(open.IsCompleted);
        await interrupt.CancelAsync();

        Assert.Equal(Errno.EINTR, (await open).Error);
    }

    [Fact]
    public void Removed_placeholders_leave_the_table()
    {
        using var h = new Handlers();
        _ = h.Host.Place("removed", [1]);
        _ = h.Host.Place("covered", [1]);
        _ = h.MakeFile("a");

        Assert.Equal(Errno.OK, h.Unlink("removed"));
        Assert.Equal(Errno.OK, h.Rename("a", "covered"));

        Assert.Equal(0, h.Host.Placeholders.Count);
    }

    [Fact]
    public void Our_xattrs_are_hidden_and_refused()
    {
        using var h = new Handlers();
        _ = h.Host.Place("f", [1]);
        NodeId f = h.Lookup("f").Node;
        Assert.Equal(Errno.OK, Done(h.FileSystem.SetXattr(Request, f, "user.mine"u8, "1"u8, 0)));

        Assert.Equal("user.mine\0"u8, Value(h.FileSystem.ListXattr(Request, f)).Span);
        Assert.Equal(Errno.ENODATA, Error(h.FileSystem.GetXattr(Request, f, OwnXattr.Placeholder)));
        Assert.Equal(Errno.EPERM, Done(h.FileSystem.SetXattr(Request, f, OwnXattr.Placeholder, "1"u8, 0)));
        Assert.Equal(Errno.EPERM, Done(h.FileSystem.RemoveXattr(Request, f, OwnXattr.Placeholder)));
        Assert.Empty(h.Host.Calls);
    }

    [Theory]
    [InlineData("security.capability", Errno.ENODATA, Errno.EOPNOTSUPP)]
    [InlineData("security.selinux", Errno.EOPNOTSUPP, Errno.EOPNOTSUPP)]
    [InlineData("trusted.x", Errno.EOPNOTSUPP, Errno.EOPNOTSUPP)]
    [InlineData("system.posix_acl_access", Errno.EOPNOTSUPP, Errno.EOPNOTSUPP)]
    public void Only_user_xattrs_are_taken(string name, Errno get, Errno set)
    {
        using var h = new Handlers();
        NodeId f = h.MakeFile("f");

        Assert.Equal(get, Error(h.FileSystem.GetXattr(Request, f, Bytes(name))));
        Assert.Equal(set, Done(h.FileSystem.SetXattr(Request, f, Bytes(name), "1"u8, 0)));
    }

    [Fact]
    public void Xattrs_that_the_store_could_not_keep_are_refused_at_once()
    {
        using var h = new Handlers();
        h.Host.XattrLimit = 130;
        NodeId f = h.MakeFile("f");

        Assert.Equal(Errno.OK, Done(h.FileSystem.SetXattr(Request, f, "user.a"u8, new byte[75], 0)));
        Assert.Equal(Errno.ENOSPC, Done(h.FileSystem.SetXattr(Request, f, "user.b"u8, new byte[60], 0)));
        Assert.Equal(Errno.OK, Done(h.FileSystem.SetXattr(Request, f, "user.a"u8, new byte[120], 0)));
        Assert.Equal(Errno.EINVAL, Done(h.FileSystem.SetXattr(Request, f, [.. "user."u8, 0xFF], [], 0)));
    }

    [Fact]
    public void A_read_only_mount_refuses_every_change()
    {
        using var h = new Handlers(readOnly: true);
        File.WriteAllText(h.InTree("f"), "x");
        NodeId f = h.Lookup("f").Node;

        Errno[] answers =
        [
            Error(h.FileSystem.Create(Request, NodeId.Root, "n"u8, 0x81A4, 0, OpenFlags.WriteOnly)), Error(h.FileSystem.MakeDirectory(Request, NodeId.Root, "n"u8, 0x1ED, 0)),
            Error(h.FileSystem.MakeNode(Request, NodeId.Root, "n"u8, StatMode.Fifo, 0, 0)), Error(h.FileSystem.Symlink(Request, NodeId.Root, "n"u8, "t"u8)),
            Error(h.FileSystem.TemporaryFile(Request, NodeId.Root, 0x8180, 0, OpenFlags.ReadWrite)), Error(h.FileSystem.Link(Request, f, NodeId.Root, "n"u8)),
            h.Unlink("f"), Done(h.FileSystem.RemoveDirectory(Request, NodeId.Root, "f"u8)), h.Rename("f", "g"), Error(h.FileSystem.Open(Request, f, OpenFlags.WriteOnly)),
            Error(h.FileSystem.Open(Request, f, OpenFlags.Truncate)), Error(h.FileSystem.SetAttributes(Request, f, new FuseSetAttributes { Mode = 0 })),
            Done(h.FileSystem.SetXattr(Request, f, "user.a"u8, "1"u8, 0)), Done(h.FileSystem.RemoveXattr(Request, f, "user.a"u8)),
        ];

        Assert.All(answers, answer => Assert.Equal(Errno.EROFS, answer));
        _ = Value(h.FileSystem.Open(Request, f, OpenFlags.ReadOnly));
    }

    [Theory]
    [InlineData(FsError.StoreUnavailable, Errno.EIO)]
    [InlineData(FsError.StoreRefused, Errno.EIO)]
    [InlineData(FsError.Corrupt, Errno.EIO)]
    [InlineData(FsError.Stale, Errno.ESTALE)]
    [InlineData(FsError.NoSpace, Errno.ENOSPC)]
    [InlineData(FsError.TooLarge, Errno.ENAMETOOLONG)]
    [InlineData(FsError.ShuttingDown, Errno.ESHUTDOWN)]
    public void What_fails_below_is_told_as_an_errno(FsError failure, Errno told)
    {
        using var h = new Handlers();
        _ = h.Host.Place("f", [1]);
        NodeId f = h.Lookup("f").Node;
        h.Host.Failure = failure;

        Assert.Equal(told, Error(h.FileSystem.Open(Request, f, OpenFlags.ReadOnly)));
        Assert.Equal(told, Done(h.FileSystem.Fsync(Request, f, default, false)));
    }

    [Fact]
    public void Fsync_follows_a_file_that_is_renamed_meanwhile()
    {
        using var h = new Handlers();
        NodeId a = h.MakeFile("a");
        h.Host.Fsync = path => path == TreePath.Parse("b") || h.Rename("a", "b") != Errno.OK;

        Assert.Equal(Errno.OK, Done(h.FileSystem.Fsync(Request, a, default, false)));

        Assert.Equal(["fsync a", "fsync b"], h.Host.Calls);
    }

    [Fact]
    public void Fsync_of_a_folder_reaches_the_store()
    {
        using var h = new Handlers();
        NodeId d = h.MakeFolder("d");

        Assert.Equal(Errno.OK, Done(h.FileSystem.FsyncDirectory(Request, d, default, false)));
        Assert.Equal(Errno.OK, Done(h.FileSystem.FsyncDirectory(Request, NodeId.Root, default, false)));

        Assert.Equal(["folder created", "fsync folder d", "fsync folder /"], h.Host.Calls);
    }

    [Fact]
    public void The_kernel_is_told_of_a_changed_name_and_once_more_later()
    {
        using var h = new Handlers();
        NodeId d = h.MakeFolder("d");

        h.Host.EntryChanged!(TreePath.Parse("d/x"));

        Assert.Equal($"entry {d.Value} x", h.Kernel.Notices.Take());
        Assert.Equal($"entry {d.Value} x again", h.Kernel.Notices.Take());
    }

    [Fact]
    public void New_entries_belong_to_who_made_them_and_a_setgid_folder_gives_its_group()
    {
        using var h = new Handlers { Request = new FakeRequest(uid: 1000, gid: 1001) };
        Assert.SkipUnless(h.Files.CanSetOwner && Syscall.EffectiveUid == 0, "needs root");
        NodeId d = h.MakeFolder("d", mode: 0x1FF);
        _ = Value(h.FileSystem.SetAttributes(Request, d, new FuseSetAttributes { Gid = 7 }));
        _ = Value(h.FileSystem.SetAttributes(Request, d, new FuseSetAttributes { Mode = 0x5FF }));

        FuseAttributes plain = h.Create("f", mode: 0x9ED).Entry.Attributes, inherited = h.Create("f", d).Entry.Attributes;
        FuseAttributes below = h.Stat(h.MakeFolder("e", d)).Attributes;

        Assert.Equal((1000u, 1001u, 0x89EDu), (plain.Uid, plain.Gid, plain.Mode));
        Assert.Equal((1000u, 7u), (inherited.Uid, inherited.Gid));
        Assert.Equal((7u, 0x45EDu), (below.Gid, below.Mode));
        Assert.Equal(0x89EDu, h.Stat(h.Lookup("f").Node).Attributes.Mode);
    }

    [Fact]
    public void Without_root_modes_are_shown_that_the_daemon_could_not_work_under()
    {
        using var h = new Handlers(FuseDataPath.WritebackCache, ownModes: false);

        FuseCreated made = h.Create("f", mode: 0x124);
        NodeId folder = h.MakeFolder("d", mode: 0x16D);

        Assert.Equal(0x8124u, made.Entry.Attributes.Mode);
        Assert.Equal(0x8124u, h.Stat(made.Entry.Node).Attributes.Mode);
        Assert.Equal(0x8124u, h.Lookup("f").Attributes.Mode);
        Assert.Equal(0x416Du, h.Stat(folder).Attributes.Mode);
        Assert.Equal(0x8000u, Value(h.FileSystem.SetAttributes(Request, made.Entry.Node, new FuseSetAttributes { Mode = 0 })).Attributes.Mode);
        Assert.Equal(0x3A4u | 0x0u, (uint)File.GetUnixFileMode(h.InTree("f")) | 0x224u);
    }

    [Fact]
    public void An_owner_and_a_mask_given_at_the_mount_are_shown()
    {
        using var h = new Handlers(options: new MirrorFileSystemOptions { Uid = 5, Gid = 6, Umask = 0x3F });
        NodeId f = h.MakeFile("f");

        FuseAttributes attributes = h.Stat(f).Attributes;

        Assert.Equal((5u, 6u, 0x8180u), (attributes.Uid, attributes.Gid, attributes.Mode));
    }

    private static bool IsAnswered<T>(ValueTask<FuseResult<T>> answer) => answer.IsCompletedSuccessfully;

    [Fact]
    public void A_placeholder_renamed_or_linked_out_of_the_white_lists_is_brought_in_first()
    {
        using var h = new Handlers();
        h.Host.Place("a", "one"u8.ToArray());
        h.Host.Place("b", "two"u8.ToArray());
        NodeId local = h.MakeFolder("local");
        h.Host.Outside = TreePath.Parse("local");

        Assert.Equal(Errno.OK, h.Rename("a", "a", newParent: local));
        _ = Value(h.FileSystem.Link(h.Request, h.Lookup("b").Node, local, "b"u8));

        Assert.Equal(0, h.Host.Placeholders.Count);
        Assert.Equal(("one", "two"), (File.ReadAllText(h.InTree("local/a")), File.ReadAllText(h.InTree("local/b"))));
    }

    [Fact]
    public void A_folder_that_holds_a_placeholder_does_not_leave_the_white_lists()
    {
        using var h = new Handlers();
        _ = h.MakeFolder("d");
        h.Host.Place("d/a", "one"u8.ToArray());
        NodeId local = h.MakeFolder("local");
        _ = h.MakeFolder("other", local);
        h.Host.Outside = TreePath.Parse("local");

        Assert.Equal((Errno.EXDEV, Errno.EXDEV), (h.Rename("d", "d", newParent: local), h.Rename("other", "d", flags: 2, parent: local, newParent: NodeId.Root)));
        Assert.True(h.Host.Placeholders.Count == 1 && File.Exists(h.InTree("d/a")));
    }
}
