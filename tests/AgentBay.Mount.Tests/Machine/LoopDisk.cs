namespace AgentBay.Mount.Tests;

/// <summary>A small ext4 disk of its own, for mirrors on a disk that is full or read-only.</summary>
internal sealed class LoopDisk : IAsyncDisposable
{
    private readonly MountBox box;
    private readonly string image;

    private LoopDisk(MountBox box)
    {
        this.box = box;
        image = Path.Combine(box.Folder, "disk.img");
        Folder = Path.Combine(box.Folder, "disk");
    }

    public string Folder { get; }

    public static async Task<LoopDisk> CreateAsync(MountBox box, int megabytes)
    {
        var disk = new LoopDisk(box);
        Directory.CreateDirectory(disk.Folder);
        (await box.ScriptAsync(box.Folder, """truncate -s "$1M" "$2" && mkfs.ext4 -q -I 256 "$2" """, $"{megabytes}", disk.image)).Ok();
        Ran mounted = await box.RunAsync("mount", "-o", "loop", disk.image, disk.Folder);
        Assert.SkipWhen(mounted.ExitCode != 0, $"This machine has no loop devices: {mounted.Error}");
        box.UseCache(Path.Combine(disk.Folder, "cache"));
        return disk;
    }

    /// <param name="how">ro or rw.</param>
    public async Task RemountAsync(string how) => (await box.RunAsync("mount", "-o", $"remount,{how}", Folder)).Ok();

    /// <summary>Nothing more fits on it, not a block.</summary>
    /// <param name="reserveToo">Also what the mirror has put by for this.</param>
    /// <returns>The file to delete for room.</returns>
    public async Task<string> FillAsync(bool reserveToo = false)
    {
        if (reserveToo)
        {
            File.Delete(Assert.Single(Directory.GetFiles(box.Cache, "reserve", SearchOption.AllDirectories)));
        }

        string ballast = Path.Combine(Folder, "ballast");
        _ = await box.ScriptAsync("/", """dd if=/dev/zero of="$1" bs=64K status=none || dd if=/dev/zero of="$1" oflag=append conv=notrunc bs=4K status=none""", ballast);
        return ballast;
    }

    /// <summary>As a disk that fails: also under files that are open for writing.</summary>
    public async Task ForceReadOnlyAsync() => (await box.ScriptAsync(Folder, "test -e /sys/fs/ext4/$(basename \"$(findmnt -no SOURCE .)\")/trigger_fs_error && mount -o remount,errors=remount-ro . && echo test > /sys/fs/ext4/$(basename \"$(findmnt -no SOURCE .)\")/trigger_fs_error")).Ok();

    /// <summary>Unmounted, checked and mounted anew.</summary>
    public async Task ReplugAsync()
    {
        (await box.RunAsync("umount", Folder)).Ok();
        _ = await box.RunAsync("e2fsck", "-fy", image);
        (await box.RunAsync("mount", "-o", "loop", image, Folder)).Ok();
    }

    public async ValueTask DisposeAsync() => _ = await box.RunAsync("umount", "-l", Folder);
}
