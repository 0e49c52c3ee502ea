using AgentBay.Fuse.Mounting;
using AgentBay.Fuse.Native;
using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse.Tests;

public sealed class MountingTests
{
    [Theory]
    [InlineData("36 35 0:50 / /mnt/a rw,nosuid shared:1 - fuse.memfs memfs rw,user_id=0", 36L, "/mnt/a", "fuse.memfs", "memfs", true)]
    [InlineData("37 35 8:1 / /mnt/a\\040b\\134c rw - ext4 /dev/sda1 rw", 37L, "/mnt/a b\\c", "ext4", "/dev/sda1", false)]
    [InlineData("38 35 0:51 / /m rw master:1 propagate_from:2 - fusectl none rw", 38L, "/m", "fusectl", "none", false)]
    public void A_line_of_mountinfo_is_understood(string line, long id, string target, string type, string source, bool isFuse)
    {
        var entry = MountTable.Parse(line);
        Assert.Equal(new MountEntry(id, target, type, source), entry);
        Assert.Equal(isFuse, entry!.IsFuse);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense - x")]
    [InlineData("1 2 3 4 5 6 - ext4")]
    public void A_line_that_is_no_mount_is_passed_over(string line) => Assert.Null(MountTable.Parse(line));

    [Fact]
    public void Of_several_mounts_on_one_folder_the_last_is_on_top() =>
        Assert.Equal(2, MountTable.Find(["1 0 0:1 / /m rw - ext4 a rw", "2 1 0:2 / /m rw - fuse b rw", "3 0 0:3 / /n rw - ext4 c rw"], "/m")!.Id);

    [Fact]
    public void Commas_and_backslashes_are_escaped_for_fusermount3() => Assert.Equal(
        "fsname=a\\,b\\\\c,subtype=x,ro,nosuid,nodev,noexec,noatime,allow_other,default_permissions,max_read=65536",
        FuserMount.Options(new FuseMountOptions { Source = "a,b\\c", Subtype = "x", ReadOnly = true, NoExec = true, NoAtime = true, AllowOther = true, DefaultPermissions = true, MaxRead = 65536 }));

    [Fact]
    public void The_data_of_mount_2_name_the_device_and_its_user() => Assert.Equal(
        $"fd=9,rootmode=40000,user_id={Posix.Syscall.EffectiveUid},group_id={Posix.Syscall.EffectiveGid},default_permissions,allow_other,max_read=4096",
        KernelMount.Data(new FuseMountOptions { Source = "s", Subtype = "t", AllowOther = true, DefaultPermissions = true, MaxRead = 4096 }, 9));

    [Theory]
    [InlineData("CapEff:\t000001fffeffffff\n", true)]
    [InlineData("CapPrm:\tffffffffffffffff\nCapEff:\t0000000000000000\n", false)]
    [InlineData("CapEff:\t0000000000200000\n", true)]
    [InlineData("CapEff:\tnonsense\n", false)]
    [InlineData("", false)]
    public void The_capability_to_mount_is_read_from_the_process_status(string status, bool expected) => Assert.Equal(expected, Privilege.HasSysAdmin(status));

    [Theory]
    [InlineData(0, 0, 0u)]
    [InlineData(-1, -1, 999_999_999u)]
    [InlineData(-1_000_000_000, -1, 0u)]
    [InlineData(1_500_000_000, 1, 500_000_000u)]
    public void Times_before_1970_keep_a_fraction_that_is_not_negative(long ns, long seconds, uint fraction)
    {
        Assert.Equal((seconds, fraction), WireTime.Split(ns));
        Assert.Equal(ns, WireTime.Join(seconds, fraction));
    }

    [Fact]
    public void Times_out_of_range_saturate_and_never_mean_now()
    {
        Assert.Equal(long.MaxValue, WireTime.Join(long.MaxValue, 0));
        Assert.Equal(long.MinValue + 1, WireTime.Join(long.MinValue, 0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    public void A_source_that_no_mount_can_carry_is_refused(string source) =>
        Assert.Throws<ArgumentException>(() => FuseMount.Mount("/", new FuseMountOptions { Source = source, Subtype = "x" }));

    [Fact]
    public void A_mount_point_that_is_missing_or_no_folder_is_told_apart()
    {
        using var folder = new TemporaryFolder();
        var options = new FuseMountOptions { Source = "s", Subtype = "t" };
        var missing = Assert.Throws<FuseMountException>(() => FuseMount.Mount(Path.Combine(folder.Path, "missing"), options));
        Assert.Equal(FuseMountError.PathMissing, missing.Kind);
        Assert.Contains("mkdir -p", missing.Message);

        string file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "");
        Assert.Equal(FuseMountError.NotADirectory, Assert.Throws<FuseMountException>(() => FuseMount.Mount(file, options)).Kind);
    }
}
