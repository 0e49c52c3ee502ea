using System.Text;
using AgentBay.Fuse.Sample;
using AgentBay.Posix;

namespace AgentBay.Fuse.Tests;

/// <summary>The sample filesystem, mounted on the real kernel and used by real programs.</summary>
public sealed class KernelTests
{
    [Theory]
    [InlineData(FuseDataPath.WriteThrough)]
    [InlineData(FuseDataPath.WritebackCache)]
    public async Task Programs_make_read_rename_and_remove_files(FuseDataPath dataPath)
    {
        var fileSystem = new MemoryFileSystem();
        await using var mount = await MountedFileSystem.Start(fileSystem, dataPath);
        Assert.Equal(dataPath, mount.Session.DataPath);

        await mount.Shell(
            """
            mkdir -p a/b/c
            echo hello > a/b/c/file
            test "$(cat a/b/c/file)" = hello
            mv a/b/c/file a/moved
            test ! -e a/b/c/file
            ln a/moved link
            test "$(stat -c %h link)" = 2
            echo more >> link
            test "$(cat a/moved)" = "$(printf 'hello\nmore')"
            ln -s a/moved sym
            test "$(readlink sym)" = a/moved
            test "$(cat sym)" = "$(cat link)"
            truncate -s 3 link
            test "$(cat a/moved)" = hel
            truncate -s 100000 link
            test "$(stat -c %s a/moved)" = 100000
            chmod 640 link; chown 12:34 link
            test "$(stat -c %a:%u:%g a/moved)" = 640:12:34
            touch -d @1234567890.123456789 link
            test "$(stat -c %.9Y link)" = 1234567890.123456789
            mkfifo pipe; test -p pipe
            test "$(ls a)" = "$(printf 'b\nmoved')"
            test "$(stat -c %h a .)" = "$(printf '3\n3')"
            rm -r a link sym pipe
            test -z "$(ls -A)"
            """);
        await mount.Unmount();
        Assert.Equal(1, fileSystem.NodeCount);   // Every reference came back: only the root is left.
    }

    [Fact]
    public async Task A_git_repository_can_be_made_committed_to_and_cloned()
    {
        await using var mount = await MountedFileSystem.Start(new MemoryFileSystem());
        await mount.Shell(
            """
            export GIT_CONFIG_GLOBAL=/dev/null HOME=/nonexistent
            git init -q -b main one; cd one
            git config user.name n; git config user.email e@example.org
            for i in $(seq 100); do echo $i > file$i; done
            git add .; git commit -qm first
            git mv file1 renamed; git commit -qam second
            git gc -q
            git fsck --strict
            test -z "$(git status --porcelain)"
            cd ..; git clone -q one two
            diff -r one two --exclude .git
            """);
        await mount.Unmount();
    }

    [Fact]
    public async Task Rename_keeps_or_exchanges_what_is_there_when_told()
    {
        await using var mount = await MountedFileSystem.Start(new MemoryFileSystem());
        await mount.Shell("echo a > a; echo b > b");
        Errno Rename(uint flags) => Syscall.Rename(Syscall.CurrentDirectory, mount.BytesAt("a"), Syscall.CurrentDirectory, mount.BytesAt("b"), flags);
        Assert.Equal(Errno.EEXIST, Rename(1));
        Assert.Equal(Errno.OK, Rename(2));
        Assert.Equal("b\na\n", await mount.Shell("cat a b"));
        Assert.Equal(Errno.OK, Rename(0));
        Assert.Equal("b\n", await mount.Shell("cat *"));
    }

    [Fact]
    public async Task Names_that_are_not_UTF_8_and_names_of_255_bytes_live()
    {
        await using var mount = await MountedFileSystem.Start(new MemoryFileSystem());
        byte[] name = [.. mount.BytesAt("."), (byte)'/', .. Enumerable.Repeat((byte)0xFF, 255)];
        Assert.Equal(Errno.OK, Syscall.MakeDirectory(Syscall.CurrentDirectory, name, 0x1C0));
        Assert.Equal(Errno.ENAMETOOLONG, Syscall.MakeDirectory(Syscall.CurrentDirectory, [.. name, 1], 0x1C0));
        Assert.Equal(Errno.OK, Syscall.Open(Syscall.CurrentDirectory, mount.BytesAt("."), OpenFlags.Directory, 0, out var root));
        using (root)
        {
            var names = new List<DirectoryName>();
            Assert.Equal(Errno.OK, Syscall.ReadDirectory(root, names));
            Assert.Equal(Enumerable.Repeat((byte)0xFF, 255), Assert.Single(names).Name);
        }
    }

    [Fact]
    public async Task A_folder_of_5000_names_is_listed_whole_and_removed_while_it_is_read()
    {
        await using var mount = await MountedFileSystem.Start(new MemoryFileSystem());
        await mount.Shell(
            """
            mkdir d; cd d
            seq -f 'a rather long name, so that many buffers are needed: %g' 5000 | xargs -d '\n' touch
            test "$(ls | sort -u | wc -l)" = 5000
            test "$(ls -l | wc -l)" = 5001
            cd ..; rm -r d; test ! -e d
            """);
    }

    [Fact]
    public async Task A_shared_map_agrees_with_read_and_write()
    {
        CProgram.SkipWithoutCompiler();
        await using var mount = await MountedFileSystem.Start(new MemoryFileSystem(), FuseDataPath.WritebackCache);
        string program = CProgram.Compile("mmap_shared.c", mount.Scratch);
        await mount.Shell($"printf 'before, and a tail' > f; {program} f after!; test \"$(cat f)\" = 'after!, and a tail'");
    }

    [Fact]
    public async Task Extended_attributes_are_set_listed_and_removed()
    {
        await using var mount = await MountedFileSystem.Start(new MemoryFileSystem());
        await mount.Shell("echo > f");
        byte[] file = mount.BytesAt("f");
        byte[] large = [.. Enumerable.Repeat((byte)7, 65536)];
        Assert.Equal(Errno.ENODATA, Syscall.GetXattr(file, "user.a"u8, out _));
        Assert.Equal(Errno.OK, Syscall.SetXattr(file, "user.a"u8, "value"u8));
        Assert.Equal(Errno.OK, Syscall.SetXattr(file, "user.large"u8, large));
        Assert.Equal(Errno.EEXIST, Syscall.SetXattr(file, "user.a"u8, "other"u8, Syscall.XattrCreate));
        Assert.Equal(Errno.ENODATA, Syscall.SetXattr(file, "user.b"u8, "other"u8, Syscall.XattrReplace));
        Assert.Equal(Errno.OK, Syscall.GetXattr(file, "user.a"u8, out var value));
        Assert.Equal("value"u8, value);
        Assert.Equal(Errno.OK, Syscall.GetXattr(file, "user.large"u8, out value));
        Assert.Equal(large, value);
        Assert.Equal(Errno.OK, Syscall.ListXattr(file, out var names));
        Assert.Equal("user.a\0user.large\0", Encoding.ASCII.GetString(names));
        Assert.Equal(Errno.OK, Syscall.RemoveXattr(file, "user.a"u8));
        Assert.Equal(Errno.ENODATA, Syscall.RemoveXattr(file, "user.a"u8));
    }

    [Fact]
    public async Task A_nameless_file_gets_a_name_when_it_is_linked()
    {
        await using var mount = await MountedFileSystem.Start(new MemoryFileSystem());
        Assert.Equal(Errno.OK, Syscall.Open(Syscall.CurrentDirectory, mount.BytesAt("."), OpenFlags.TemporaryFile | OpenFlags.ReadWrite, 0x180, out var file));
        using (file)
        {
            Assert.Equal(Errno.OK, Syscall.Write(file, "content"u8, 0, out _));
            Assert.Equal("", await mount.Shell("ls -A"));
            Assert.Equal(Errno.OK, Syscall.Link(file, Syscall.CurrentDirectory, mount.BytesAt("named")));
        }

        Assert.Equal("content", await mount.Shell("cat named"));
    }

    [Fact]
    public async Task An_open_file_outlives_its_name()
    {
        var fileSystem = new MemoryFileSystem();
        await using var mount = await MountedFileSystem.Start(fileSystem);
        Assert.Equal("still here\n", await mount.Shell("echo 'still here' > f; exec 3< f; rm f; cat <&3"));
    }

    [Fact]
    public async Task Appends_of_several_programs_at_once_lose_nothing()
    {
        await using var mount = await MountedFileSystem.Start(new MemoryFileSystem());
        await mount.Shell(
            """
            for p in 1 2 3 4; do (for i in $(seq 200); do echo "$p $i" >> log; done) & done; wait
            test "$(sort log | uniq | wc -l)" = 800
            """);
    }

    [Fact]
    public async Task Programs_that_work_at_once_do_not_disturb_each_other()
    {
        await using var mount = await MountedFileSystem.Start(new MemoryFileSystem(), FuseDataPath.WritebackCache);
        await mount.Shell(
            """
            for p in 1 2 3 4; do (
                mkdir $p; cd $p
                for i in $(seq 50); do seq $((p * i * 100)) > f$i; mv f$i g$i; done
                for i in $(seq 50); do test "$(tail -n 1 g$i)" = $((p * i * 100)); rm g$i; done
                cd ..; rmdir $p ) || exit 1 & pids="${pids-} $!"; done
            for pid in $pids; do wait $pid; done
            test -z "$(ls -A)"
            """);
    }

    [Fact]
    public async Task Holes_copies_and_syncs_work()
    {
        await using var mount = await MountedFileSystem.Start(new MemoryFileSystem());
        await mount.Shell(
            """
            seq 10000 > f; cp f g; cmp f g; cp --reflink=never --sparse=always f h; cmp f h
            fallocate -l 100000 f; test "$(stat -c %s f)" = 100000
            fallocate -p -o 0 -l 4096 g; test "$(head -c 4096 g | tr -d '\0' | wc -c)" = 0
            dd if=g of=h bs=1M conv=fsync status=none; cmp g h
            sync f; sync .
            """);
        Assert.Equal(Errno.OK, Syscall.Open(Syscall.CurrentDirectory, mount.BytesAt("g"), OpenFlags.ReadOnly, 0, out var from));
        Assert.Equal(Errno.OK, Syscall.Open(Syscall.CurrentDirectory, mount.BytesAt("copy"), OpenFlags.ReadWrite | OpenFlags.Create, 0x180, out var to));
        using (from)
        using (to)
        {
            Assert.Equal(Errno.OK, Syscall.CopyRange(from, 4096, to, 0, 1000, out long copied));
            Assert.Equal(1000, copied);
            Assert.Equal(Errno.OK, Syscall.Seek(to, 10, 4, out long hole));
            Assert.Equal(1000, hole);
        }
    }

    [Fact]
    public async Task Programs_without_CAP_FSETID_clear_suid_when_they_write()
    {
        await using var mount = await MountedFileSystem.Start(new MemoryFileSystem(), mountOptions: new FuseMountOptions { Source = "t", Subtype = "t", DefaultPermissions = true, AllowOther = true });
        Assert.SkipUnless(CProgram.Execute("sh", "-c", "command -v setpriv").ExitCode == 0, "setpriv is not installed");
        await mount.Shell(
            $$"""
            chmod 755 {{mount.Scratch}}
            user='setpriv --reuid 65534 --clear-groups'
            # The size is asked for too: for the mode alone the kernel would answer from its cache.
            mode() { stat -c '%a %s' f | cut -d ' ' -f 1; }
            echo x > f; chown 65534 f
            chmod 4777 f; $user sh -c 'echo y >> f'; test "$(mode)" = 777
            chmod 4777 f; $user truncate -s 1 f; test "$(mode)" = 777
            chmod 4777 f; $user sh -c ': > f'; test "$(mode)" = 777
            """);
    }

    [Theory]
    [InlineData("open")]
    [InlineData("read")]
    public async Task A_signal_interrupts_a_request_that_waits(string what)
    {
        var fileSystem = new SlowFileSystem(what);
        await using var mount = await MountedFileSystem.Start(fileSystem);
        await mount.Shell(": > f");
        using var program = MountedFileSystem.Start("cat", mount.At("f"));
        await fileSystem.Waiting;
        Assert.Equal(Errno.OK, Syscall.Kill(program.Id, 15));
        await MountedFileSystem.EndsAsync(program);
        Assert.Equal(128 + 15, program.ExitCode);
        Assert.True(fileSystem.WasInterrupted);
    }

    /// <summary>A handled signal, and then one that ends it.</summary>
    [Theory]
    [InlineData("open")]
    [InlineData("read")]
    public async Task Where_only_death_interrupts_a_program_that_handles_a_signal_waits_on_and_one_that_is_ended_does_not(string what)
    {
        var fileSystem = new SlowFileSystem(what);
        await using var mount = await MountedFileSystem.Start(fileSystem, interruptOnlyWhenKilled: true);
        await mount.Shell(": > f");
        using var program = MountedFileSystem.Start("python3", "-c", "import signal, sys; signal.signal(10, lambda *_: None); open(sys.argv[1], 'rb', 0).read()", mount.At("f"));
        await fileSystem.Waiting;
        for (int sent = 0; sent < 3; sent++)
        {
            Assert.Equal(Errno.OK, Syscall.Kill(program.Id, 10));
            await Task.Delay(150); // Longer than the pause between two looks: an interrupt would have come by now.
            Assert.False(fileSystem.WasInterrupted);
        }

        Assert.Equal(Errno.OK, Syscall.Kill(program.Id, 15));
        await MountedFileSystem.EndsAsync(program);
        Assert.Equal(128 + 15, program.ExitCode);
        Assert.True(fileSystem.WasInterrupted);
    }

    /// <summary>A signal that is there before its request makes the kernel hand out the interrupt right behind it, to whichever thread reads next.</summary>
    [Fact]
    public async Task Where_only_death_interrupts_no_call_of_a_program_under_a_rain_of_signals_fails()
    {
        await using var mount = await MountedFileSystem.Start(new EmptyFileSystem(), interruptOnlyWhenKilled: true);
        using var program = MountedFileSystem.Start(
            "python3", "-c",
            """
            import os, signal, sys
            rain = 0
            def drop(*_):
                global rain
                rain += 1
            signal.signal(signal.SIGALRM, drop)
            signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
            while rain < 4000:
                try:
                    os.unlink(sys.argv[1])
                except FileNotFoundError:
                    pass
                except OSError as error:
                    sys.exit(print(f"after {rain} signals: {error}") or 1)
            signal.setitimer(signal.ITIMER_REAL, 0)
            """,
            mount.At("nothing"));
        Task<string> said = program.StandardOutput.ReadToEndAsync();
        await MountedFileSystem.EndsAsync(program);
        Assert.Equal("", await said);
        Assert.Equal(0, program.ExitCode);
    }

    [Fact]
    public async Task A_program_that_is_killed_does_not_wait_for_its_read_ahead()
    {
        // The kernel makes reads into its page cache in the background: they get no INTERRUPT, and nobody waits for them but to the death.
        var fileSystem = new SlowFileSystem("read", FuseOpenFlags.None);
        await using var mount = await MountedFileSystem.Start(fileSystem);
        await mount.Shell("truncate -s 1 f");
        using var program = MountedFileSystem.Start("cat", mount.At("f"));
        await fileSystem.Waiting;
        Assert.Equal(Errno.OK, Syscall.Kill(program.Id, 9));
        await MountedFileSystem.EndsAsync(program);
        Assert.False(fileSystem.WasInterrupted);
    }

    [Fact]
    public async Task A_filesystem_in_use_can_not_be_unmounted_but_lazily()
    {
        await using var mount = await MountedFileSystem.Start(new MemoryFileSystem());
        await mount.Shell("echo > f");
        Assert.Equal(Errno.OK, Syscall.Open(Syscall.CurrentDirectory, mount.BytesAt("f"), OpenFlags.ReadOnly, 0, out var file));
        using (file)
        {
            Assert.Equal(FuseMountError.Busy, Assert.Throws<FuseMountException>(() => FuseMount.Unmount(mount.Path)).Kind);
            FuseMount.Unmount(mount.Path, lazy: true);
            Assert.False(mount.Run.IsCompleted);
        }

        await mount.Run;
        Assert.Equal(FuseMountError.NotMounted, Assert.Throws<FuseMountException>(() => FuseMount.Unmount(mount.Path)).Kind);
    }

    [Fact]
    public async Task A_second_mount_on_the_same_folder_is_refused()
    {
        await using var mount = await MountedFileSystem.Start(new MemoryFileSystem());
        var refused = Assert.Throws<FuseMountException>(() => FuseMount.Mount(mount.Path, new FuseMountOptions { Source = "a", Subtype = "b" }));
        Assert.Equal(FuseMountError.AlreadyMounted, refused.Kind);
        Assert.Contains("umount", refused.Message);
    }

    [Fact]
    public async Task A_session_that_is_stopped_leaves_no_mount_behind()
    {
        MountedFileSystem.SkipUnlessMountable();
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        using (var mount = FuseMount.Mount(folder.Path, new FuseMountOptions { Source = "s,\\ 1", Subtype = "t" }))
        {
            Assert.Equal("s,\\ 1", Mounting.MountTable.Find(folder.Path)!.Source);
            var session = new FuseSession(mount, new MemoryFileSystem());
            var run = session.RunAsync(stop.Token);
            await session.Started;
            await stop.CancelAsync();
            await run;
        }

        Assert.Null(Mounting.MountTable.Find(folder.Path));
    }

    [Fact]
    public void A_mount_point_may_be_named_through_a_symlink()
    {
        MountedFileSystem.SkipUnlessMountable();
        using var folder = new TemporaryFolder();
        string real = Directory.CreateDirectory(Path.Combine(folder.Path, "real")).FullName;
        string link = Path.Combine(folder.Path, "link");
        Directory.CreateSymbolicLink(link, real);
        using (var mount = FuseMount.Mount(link + "/", new FuseMountOptions { Source = "s", Subtype = "t" }))
        {
            Assert.Equal(real, mount.Path);
            Assert.NotNull(Mounting.MountTable.Find(real));
        }

        Assert.Null(Mounting.MountTable.Find(real));
    }

    [Fact]
    public async Task What_changes_behind_the_kernel_s_back_shows_after_a_notification()
    {
        var fileSystem = new ChangingFileSystem();
        await using var mount = await MountedFileSystem.Start(fileSystem);
        await mount.Shell("test ! -e later; test ! -e later; test \"$(stat -c %s now)\" = 1");
        fileSystem.Changed = true;
        await mount.Shell("test ! -e later; test \"$(stat -c %s now)\" = 1");   // The kernel answers from its cache.

        var notify = mount.Session.Notify;
        Assert.Equal(Errno.OK, notify.InvalidateEntry(NodeId.Root, "later"u8));
        Assert.Equal(Errno.OK, notify.InvalidateInode(new NodeId(2)));
        await mount.Shell("test -e later; test \"$(stat -c %s now)\" = 2");

        fileSystem.Changed = false;
        Assert.Equal(Errno.OK, notify.Delete(NodeId.Root, new NodeId(3), "later"u8));
        Assert.Equal(Errno.OK, notify.InvalidateEntry(NodeId.Root, "now"u8, expireOnly: true));
        await mount.Shell("test ! -e later; test -e now");
        Assert.Equal(Errno.ENOENT, notify.InvalidateInode(new NodeId(999)));
    }

    /// <summary>OPEN for reading, or READ, waits until it is interrupted.</summary>
    private sealed class SlowFileSystem(string what, FuseOpenFlags openFlags = FuseOpenFlags.DirectIo) : MemoryFileSystem
    {
        private readonly TaskCompletionSource waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task Waiting => waiting.Task;

        internal bool WasInterrupted { get; private set; }

        public override ValueTask<FuseResult<FuseOpen>> Open(FuseRequest request, NodeId node, int flags)
        {
            var open = new FuseOpen(default, openFlags);
            return what == "open" && (flags & OpenFlags.AccessMask) == OpenFlags.ReadOnly ? Wait(request, open) : (FuseResult<FuseOpen>)open;
        }

        public override ValueTask<FuseResult<int>> Read(FuseRequest request, NodeId node, HandleId handle, long offset, Memory<byte> buffer) => Wait(request, 0);

        private async ValueTask<FuseResult<T>> Wait<T>(FuseRequest request, T answer)
        {
            waiting.TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, request.Interrupted);
            }
            finally
            {
                WasInterrupted = request.Interrupted.IsCancellationRequested;
            }

            return answer;
        }
    }

    /// <summary>It is empty, and says so after a moment in which it can be interrupted.</summary>
    private sealed class EmptyFileSystem : MemoryFileSystem
    {
        public override ValueTask<FuseResult<FuseEntry>> Lookup(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name) => Nothing(request);

        private static async ValueTask<FuseResult<FuseEntry>> Nothing(FuseRequest request)
        {
            await Task.Delay(1, request.Interrupted);
            return FuseEntry.Negative(TimeSpan.Zero);
        }
    }

    /// <summary>A file "now" of one byte or two, and a file "later" that is there after the change.</summary>
    private sealed class ChangingFileSystem : FuseFileSystem
    {
        private static readonly TimeSpan Long = TimeSpan.FromDays(1);

        internal volatile bool Changed;

        public override ValueTask<FuseResult<FuseEntry>> Lookup(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name)
        {
            ulong node = name.SequenceEqual("now"u8) ? 2ul : name.SequenceEqual("later"u8) && Changed ? 3ul : 0;
            return (FuseResult<FuseEntry>)(node == 0 ? FuseEntry.Negative(Long)
                : new FuseEntry { Node = new NodeId(node), Attributes = Attributes(node), EntryLifetime = Long, AttributesLifetime = Long });
        }

        public override ValueTask<FuseResult<FuseAttributesReply>> GetAttributes(FuseRequest request, NodeId node, HandleId? handle) =>
            (FuseResult<FuseAttributesReply>)new FuseAttributesReply(Attributes(node.Value), Long);

        private FuseAttributes Attributes(ulong node) => new()
        {
            Inode = node,
            Mode = node == 1 ? StatMode.Directory | 0x1ED : StatMode.Regular | 0x1A4,
            Links = 1,
            Size = Changed ? 2 : 1,
        };
    }
}
