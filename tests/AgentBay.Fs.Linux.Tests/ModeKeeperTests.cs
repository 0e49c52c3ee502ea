using AgentBay.Fs.Mirror;

namespace AgentBay.Fs.Linux.Tests;

/// <summary>The modes of a daemon without root.</summary>
public sealed class ModeKeeperTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly LinuxMirrorFiles files;

    public ModeKeeperTests() => files = LinuxMirrorFiles.Open(folder.Tree, folder.Staging, new ModeKeeper(ownModes: false));

    public void Dispose()
    {
        files.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("644", "644")]
    [InlineData("444", "1644")]
    [InlineData("000", "1600")]
    [InlineData("4755", "1755")]
    [InlineData("2640", "1640")]
    [InlineData("1666", "1666")]
    public void A_file_shows_its_mode_and_the_daemon_can_always_write_it(string shown, string onDisk)
    {
        TreePath path = TreePath.Parse("f");
        LocalEntry placed = files.PlacePlaceholder(path, new PlaceholderMark("k", "e", 1, 1), new EntryAttributes { Mode = Octal(shown), MtimeNs = 1 }, null)!.Value;

        Assert.Equal(Octal(shown), placed.Mode);
        Assert.Equal(Octal(shown), files.TryStat(path)!.Value.Mode);
        Assert.Equal(Octal(onDisk), (uint)File.GetUnixFileMode(folder.InTree("f")));
    }

    [Theory]
    [InlineData("555", "1755")]
    [InlineData("755", "755")]
    [InlineData("2770", "1770")]
    public void A_folder_shows_its_mode_and_the_daemon_can_always_enter_it(string shown, string onDisk)
    {
        TreePath path = TreePath.Parse("d");

        Assert.Equal(Octal(shown), files.PlaceFolder(path, new EntryAttributes { Mode = Octal(shown), MtimeNs = 1 })!.Value.Mode);
        Assert.Equal(Octal(onDisk), (uint)File.GetUnixFileMode(folder.InTree("d")));
    }

    [Fact]
    public void A_mode_changes_between_both_places_any_number_of_times()
    {
        TreePath path = TreePath.Parse("f");
        FileIdentity f = files.PlacePlaceholder(path, new PlaceholderMark("k", "e", 1, 1), new EntryAttributes { Mode = 0, MtimeNs = 1 }, null)!.Value.Identity;
        foreach (string mode in new[] { "644", "400", "4444", "1777", "600", "777", "111" })
        {
            Assert.Equal(Octal(mode), files.SetAttributes(path, f, new EntryAttributes { Mode = Octal(mode), MtimeNs = 1 })!.Value.Mode);
        }
    }

    private static uint Octal(string digits) => Convert.ToUInt32(digits, 8);
}
