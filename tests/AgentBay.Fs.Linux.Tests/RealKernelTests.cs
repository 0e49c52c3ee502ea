using System.IO.MemoryMappedFiles;
using AgentBay.Fuse;

namespace AgentBay.Fs.Linux.Tests;

/// <summary>Programs on the real kernel, over both data paths.</summary>
public sealed class RealKernelTests
{
    public static TheoryData<FuseDataPath> DataPaths => [FuseDataPath.Passthrough, FuseDataPath.WritebackCache, FuseDataPath.WriteThrough];

    [Theory, MemberData(nameof(DataPaths))]
    public async Task What_is_written_is_read_and_lies_in_the_mirror(FuseDataPath dataPath)
    {
        await using Mounted mounted = await Mounted.StartAsync(dataPath);

        Assert.Equal("hello world", await mounted.ShellAsync("mkdir -p a/b; echo hello > a/b/f; echo -n ' world' >> a/b/f; tr -d '\\n' < a/b/f"));
        Assert.Equal("hello\n world", await File.ReadAllTextAsync(Path.Combine(mounted.Mirror, "a/b/f")));
    }

    [Theory, MemberData(nameof(DataPaths))]
    public async Task Git_initializes_commits_and_clones(FuseDataPath dataPath)
    {
        await using Mounted mounted = await Mounted.StartAsync(dataPath);

        Assert.Equal("2", await mounted.ShellAsync("""
            git init -q r; cd r; git config user.email a@b; git config user.name n
            for i in $(seq 50); do echo $i > f$i; done; git add .; git commit -qm one
            git mv f1 g1; rm f2; git commit -qam two; git gc -q
            cd ..; git clone -q r c; cd c; git fsck --strict 2>/dev/null; test -z "$(git status --porcelain)"; git log --oneline | wc -l
            """));
    }

    [Theory, MemberData(nameof(DataPaths))]
    public async Task Two_processes_write_one_sqlite_database_in_wal_mode(FuseDataPath dataPath)
    {
        await using Mounted mounted = await Mounted.StartAsync(dataPath);

        Assert.Equal("200\nok", await mounted.ShellAsync("""
            sqlite3 d 'pragma journal_mode=wal; create table t(x)' > /dev/null
            w() { for i in $(seq 100); do echo "insert into t values($i);"; done | sqlite3 -cmd '.timeout 100000' d; }
            w & a=$!; w & b=$!; wait $a; wait $b
            sqlite3 d 'select count(*) from t; pragma integrity_check'
            """));
    }

    [Theory, MemberData(nameof(DataPaths))]
    public async Task Names_links_and_attributes_are_as_on_a_local_disk(FuseDataPath dataPath)
    {
        await using Mounted mounted = await Mounted.StartAsync(dataPath);

        await mounted.ShellAsync("""
            set -x
            echo one > a; ln a b; test $(stat -c %h a) = 2; test $(stat -c %i a) = $(stat -c %i b)
            echo more >> b; test "$(cat a)" = "$(cat b)"; test $(stat -c %s a) = $(stat -c %s b)
            rm a; test $(stat -c %h b) = 1; test "$(head -1 b)" = one
            ln -s b l; test $(readlink l) = b; test "$(head -1 l)" = one
            chmod 4751 b; test $(stat -c %a b) = 4751; chown 12:34 b; test $(stat -c %u:%g b) = 12:34
            touch -d '2001-02-03 04:05:06.123456789 UTC' b; test "$(TZ=UTC stat -c %y b)" = '2001-02-03 04:05:06.123456789 +0000'
            mkfifo p; test $(stat -c %F p) = fifo; (echo x > p &); test $(cat p) = x
            mknod n c 1 3; test "$(stat -c %t:%T n)" = 1:3
            mkdir d e; ! rmdir nosuch 2>/dev/null; touch d/f; ! rmdir d 2>/dev/null; rm d/f; rmdir d
            ! mkdir e 2>/dev/null; mv b e/; test -e e/b; ! test -e b
            truncate -s 100000 e/b; test $(stat -c %s e/b) = 100000; truncate -s 3 e/b; test "$(cat e/b)" = one
            ls -la > /dev/null; cp /bin/true t; ./t; rm t; cp -a e e2; diff -r e e2; rm -rf e e2 l p n; test -z "$(ls -A)"
            """);
    }

    [Theory, MemberData(nameof(DataPaths))]
    public async Task A_tree_copied_in_and_out_is_the_same_and_goes_without_a_rest(FuseDataPath dataPath)
    {
        await using Mounted mounted = await Mounted.StartAsync(dataPath);

        await mounted.ShellAsync("""
            cp -a /usr/share/perl5 t; diff -r /usr/share/perl5 t
            tar cf - t | (mkdir u; cd u; tar xf -); diff -r t u/t
            rm -rf t u; test -z "$(ls -A)"
            """);
    }

    [Theory, MemberData(nameof(DataPaths))]
    public async Task Programs_in_python_find_posix(FuseDataPath dataPath)
    {
        await using Mounted mounted = await Mounted.StartAsync(dataPath);

        await mounted.ShellAsync("""
            python3 - <<'P'
            import os, mmap, ctypes, fcntl, errno, threading
            libc = ctypes.CDLL(None, use_errno=True)
            def fails(code, f, *a):
                try: f(*a)
                except OSError as e: assert e.errno == code, (e, code); return
                raise AssertionError("no error")

            # unlinked, still open
            f = open("u", "w+b"); f.write(b"abc"); f.flush(); os.unlink("u")
            assert os.fstat(f.fileno()).st_nlink == 0, os.fstat(f.fileno())
            os.fchmod(f.fileno(), 0o640); assert os.fstat(f.fileno()).st_mode & 0o777 == 0o640
            os.ftruncate(f.fileno(), 2); os.fsync(f.fileno()); f.seek(0); assert f.read() == b"ab"
            f.write(b"x" * 100000); f.flush(); assert os.fstat(f.fileno()).st_size == 100002
            g = open("u", "wb"); g.write(b"other"); g.close(); f.seek(0); assert f.read(2) == b"ab"; f.close()

            # renamed over, still open
            a = open("a", "w+"); a.write("old"); a.flush(); open("b", "w").write("new"); os.rename("b", "a")
            a.seek(0); assert a.read() == "old"; assert open("a").read() == "new"; a.close()

            # a map's writes are seen by read, stat, and the other name
            fd = os.open("m", os.O_RDWR | os.O_CREAT); os.ftruncate(fd, 8192); os.link("m", "m2")
            m = mmap.mmap(fd, 8192); t = os.stat("m").st_mtime_ns; os.close(fd)
            m[0:5] = b"hello"; m.flush(); assert open("m2", "rb").read(5) == b"hello"
            assert os.stat("m2").st_mtime_ns == os.stat("m").st_mtime_ns
            with open("m", "r+b") as w: w.write(b"HELLO")
            assert m[0:5] == b"HELLO"; m.close()

            # O_TMPFILE, linked later
            fd = os.open(".", os.O_TMPFILE | os.O_RDWR, 0o600); os.write(fd, b"tmp"); assert os.fstat(fd).st_nlink == 0
            assert libc.linkat(-100, f"/proc/self/fd/{fd}".encode(), -100, b"named", 0x400) == 0
            os.write(fd, b"!"); os.close(fd); assert open("named").read() == "tmp!"; assert os.stat("named").st_nlink == 1

            # renameat2
            def renameat2(x, y, flags):
                if libc.renameat2(-100, x.encode(), -100, y.encode(), flags): raise OSError(ctypes.get_errno(), "renameat2")
            open("x", "w").write("X"); os.mkdir("y"); open("y/in", "w").write("in")
            renameat2("x", "y", 2); assert open("y").read() == "X"; assert open("x/in").read() == "in"
            fails(errno.EEXIST, renameat2, "x", "y", 1); renameat2("y", "z", 1); fails(errno.EINVAL, renameat2, "z", "w", 4)
            fails(errno.ENOTEMPTY, os.rename, "y2" if os.mkdir("y2") else "y2", "x")
            fails(errno.EINVAL, os.rename, "x", "x/below"); fails(errno.EISDIR, os.rename, "z", "x"); fails(errno.ENOTDIR, os.rename, "x", "z")

            # xattrs
            os.setxattr("z", "user.k", b"v"); assert os.getxattr("z", "user.k") == b"v"; assert os.listxattr("z") == ["user.k"]
            fails(errno.EEXIST, os.setxattr, "z", "user.k", b"", os.XATTR_CREATE); os.removexattr("z", "user.k"); fails(errno.ENODATA, os.getxattr, "z", "user.k")
            fails(errno.ENOSPC, os.setxattr, "z", "user.big", b"x" * 1500); fails(errno.EOPNOTSUPP, os.setxattr, "z", "security.x", b"x")
            fails(errno.EPERM, os.setxattr, "z", "user.agentbay.placeholder", b"x")

            # fallocate, holes, copy_file_range
            fd = os.open("h", os.O_RDWR | os.O_CREAT); os.posix_fallocate(fd, 0, 4096); assert os.fstat(fd).st_size == 4096
            os.pwrite(fd, b"end", 1 << 20); os.fsync(fd); assert os.lseek(fd, 8192, os.SEEK_DATA) == 1 << 20
            o = os.open("copy", os.O_RDWR | os.O_CREAT); assert os.copy_file_range(fd, o, 3, 1 << 20, 0) == 3; assert os.pread(o, 9, 0) == b"end"
            os.close(fd); os.close(o)

            # appending from many writers loses nothing
            def w(c):
                with open("log", "ab", buffering=0) as l:
                    for _ in range(200): l.write(c * 10 + b"\n")
            ts = [threading.Thread(target=w, args=(bytes([65 + i]),)) for i in range(4)]
            [t.start() for t in ts]; [t.join() for t in ts]
            lines = open("log", "rb").read().splitlines(); assert len(lines) == 800 and all(len(set(l)) == 1 and len(l) == 10 for l in lines)

            # locks
            l1 = open("log"); l2 = open("log"); fcntl.flock(l1, fcntl.LOCK_EX); fails(errno.EWOULDBLOCK, fcntl.flock, l2, fcntl.LOCK_EX | fcntl.LOCK_NB)

            # errors
            fails(errno.ENOENT, open, "nosuch"); fails(errno.ENOTDIR, open, "log/x"); fails(errno.EISDIR, open, "x", "w")
            fails(errno.ENAMETOOLONG, open, "n" * 256, "w"); open("n" * 255, "w").close()
            fails(errno.EEXIST, os.open, "log", os.O_CREAT | os.O_EXCL); fails(errno.EPERM, os.link, "x", "hl")
            fails(errno.ELOOP, os.open, "sl" if os.symlink("log", "sl") is None else "", os.O_NOFOLLOW)

            # a folder that is read while it changes
            os.mkdir("many"); [open(f"many/{i}", "w").close() for i in range(1000)]
            assert sorted(os.listdir("many"), key=int) == [str(i) for i in range(1000)]
            for e in os.scandir("many"): os.unlink(e.path)
            assert os.listdir("many") == []
            P
            """);
    }

    [Fact]
    public async Task A_map_that_outlives_its_handle_is_known_and_what_it_writes_shows_in_stat()
    {
        await using Mounted mounted = await Mounted.StartAsync(FuseDataPath.Passthrough);
        await mounted.ShellAsync("echo 0123456789 > f; touch -c -d @5 f");
        ulong inode = mounted.Files.TryStat(TreePath.Parse("f"))!.Value.Identity.Inode;
        MemoryMappedViewAccessor view;
        using (var map = MemoryMappedFile.CreateFromFile(mounted.At("f"), FileMode.Open))
        {
            view = map.CreateViewAccessor();
        }

        using (view)
        {
            await mounted.ShellAsync("sync .");
            Assert.True(mounted.Host.Journal.HasWriter(inode));
            Assert.Equal("5", await mounted.ShellAsync("stat -c %Y f"));
            view.Write(0, (byte)'x');
            Assert.NotEqual("5", await mounted.ShellAsync("stat -c %Y f"));
            Assert.Equal("x123456789", await mounted.ShellAsync("cat f"));
        }

        Assert.False(mounted.Files.HasWriters(TreePath.Parse("f"), mounted.Files.TryStat(TreePath.Parse("f"))!.Value.Identity));
    }

    [Fact]
    public async Task A_busy_mount_says_so_and_who_it_is()
    {
        await using Mounted mounted = await Mounted.StartAsync(FuseDataPath.Passthrough);
        await mounted.ShellAsync("echo x > f");
        using (File.OpenRead(mounted.At("f")))
        {
            Assert.Equal(FuseMountError.Busy, Assert.Throws<FuseMountException>(() => mounted.Mount.Unmount(lazy: false)).Kind);
            Assert.Contains(LinuxMount.BusyProcesses(mounted.Path), process => process.Pid == Environment.ProcessId);
        }

        Assert.DoesNotContain(LinuxMount.BusyProcesses(mounted.Path), process => process.Pid == Environment.ProcessId);
        mounted.Mount.Unmount(lazy: false);
        await mounted.Mount.Ended;
    }

    [Fact]
    public async Task The_kernels_dirty_pages_reach_the_mirror_before_a_flush()
    {
        await using Mounted mounted = await Mounted.StartAsync(FuseDataPath.WritebackCache);
        using var open = new FileStream(mounted.At("f"), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        open.Write("dirty"u8);

        await mounted.Host.WriteBackKernelCache!(TestContext.Current.CancellationToken);

        Assert.Equal("dirty", await File.ReadAllTextAsync(Path.Combine(mounted.Mirror, "f")));
        Assert.DoesNotContain(LinuxMount.BusyProcesses(mounted.Path), process => process.Pid != Environment.ProcessId);
    }

    [Theory, MemberData(nameof(DataPaths))]
    public async Task Closed_files_are_written_by_nobody_and_mapped_ones_are(FuseDataPath dataPath)
    {
        await using Mounted mounted = await Mounted.StartAsync(dataPath);
        await mounted.ShellAsync("for i in $(seq 300); do echo $i > f$i; echo $i >> f$i; done; sync .");

        // The kernel lets go of the mirror's files a moment after it says so; no other event tells.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (mounted.Host.Journal.Writers().Count > 0 && !limit.IsCancellationRequested)
        {
            await Task.Delay(1);
        }

        Assert.Empty(mounted.Host.Journal.Writers());
    }
}
