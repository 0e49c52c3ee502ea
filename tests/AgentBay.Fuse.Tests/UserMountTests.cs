using AgentBay.Fuse.Mounting;
using AgentBay.Fuse.Sample;

namespace AgentBay.Fuse.Tests;

/// <summary>Mounts through fusermount3.</summary>
public sealed class UserMountTests
{
    [Fact]
    public async Task Fusermount3_hands_the_device_over_and_keeps_commas_and_backslashes()
    {
        SkipWithoutFusermount();
        using var folder = new TemporaryFolder();
        var device = FuserMount.Mount(folder.Path, new FuseMountOptions { Source = "a,b\\c d", Subtype = "sub" });
        try
        {
            using (device)
            {
                var entry = MountTable.Find(folder.Path);
                Assert.Equal(("a,b\\c d", "fuse.sub"), (entry!.Source, entry.Type));
                var session = new FuseSession(new Transport.DeviceTransport(device, ownsDevice: false), new MemoryFileSystem(), null, null);
                var run = session.RunAsync();
                await session.Started;
                FuserMount.Unmount(folder.Path, lazy: false);
                await run;
            }
        }
        finally
        {
            if (MountTable.Find(folder.Path) is not null)
            {
                FuserMount.Unmount(folder.Path, lazy: true);
            }
        }

        Assert.Equal(FuseMountError.NotMounted, Assert.Throws<FuseMountException>(() => FuserMount.Unmount(folder.Path, lazy: false)).Kind);
    }

    [Fact]
    public void An_ordinary_user_mounts_works_and_unmounts()
    {
        SkipWithoutFusermount();
        Assert.SkipUnless(CProgram.Execute("sh", "-c", "command -v setpriv unshare mknod").ExitCode == 0, "setpriv, unshare or mknod is not installed");
        const string user = "setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all";
        string memfs = Path.Combine(AppContext.BaseDirectory, "memfs.dll");
        const string dotnet = "dotnet";
        Assert.SkipUnless(CProgram.Execute("sh", "-c", $"{user} test -r '{memfs}' && {user} '{dotnet}' --list-runtimes").ExitCode == 0, "user 65534 may not run dotnet or read the build output");
        using var folder = new TemporaryFolder();

        // A mount namespace of its own: there /dev/fuse is open to users, and every mount ends with the last process.
        string script =
            $$"""
            mount --make-rprivate /
            chmod 755 {{folder.Path}}
            mknod {{folder.Path}}/fuse c 10 229; chmod 666 {{folder.Path}}/fuse
            mount -o bind,dev {{folder.Path}}/fuse /dev/fuse
            mkdir {{folder.Path}}/mnt; chown 65534:65534 {{folder.Path}}/mnt
            mkfifo {{folder.Path}}/out; chmod 666 {{folder.Path}}/out
            HOME={{folder.Path}} DOTNET_EnableDiagnostics=0 {{user}} '{{dotnet}}' '{{memfs}}' {{folder.Path}}/mnt > {{folder.Path}}/out 2>&1 &
            daemon=$!
            read -r line < {{folder.Path}}/out; echo "$line"
            grep -c "fuse.memfs memfs .*user_id=65534" /proc/self/mountinfo
            {{user}} sh -euc 'cd {{folder.Path}}/mnt; mkdir d; echo mine > d/f; cat d/f; stat -c %u d/f'
            {{user}} fusermount3 -u {{folder.Path}}/mnt
            wait $daemon; echo "daemon ended with $?"
            """;
        var (exitCode, output) = CProgram.Execute("unshare", "-m", "sh", "-euc", script);

        Assert.True(exitCode == 0, output);
        Assert.StartsWith($"mounted on {folder.Path}/mnt: ", output);
        Assert.EndsWith("1\nmine\n65534\ndaemon ended with 0\n", output);
    }

    private static void SkipWithoutFusermount()
    {
        MountedFileSystem.SkipUnlessMountable();
        Assert.SkipUnless(CProgram.Execute("sh", "-c", "command -v fusermount3").ExitCode == 0, "fusermount3 is not installed (apt-get install fuse3)");
    }
}
