using System.Text;
using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Tests.Sync;

public sealed class ConflictNameTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 8, 30, 59, TimeSpan.Zero);

    [Theory]
    [InlineData("notes.txt", 0)]
    [InlineData("archive.tar.gz", 2)]
    [InlineData("Makefile", 0)]
    [InlineData(".bashrc", 0)]
    [InlineData("name with spaces.and a very long extension that is none at all", 1)]
    [InlineData("a.conflict-host-20200101T000000Z.txt", 0)]
    [InlineData("ö", 11)]
    public void The_name_of_a_copy_says_whose_it_is_and_when_it_was_kept(string name, int n)
    {
        byte[] original = Encoding.UTF8.GetBytes(name);

        Assert.True(ConflictName.TryParse(ConflictName.Make(original, At, n), out ConflictName conflict));

        Assert.True(conflict.IsOf(original));
        Assert.False(conflict.IsOf([.. "x"u8, .. original]));
        Assert.Equal(At, conflict.At);
    }

    [Fact]
    public void A_copy_of_a_name_of_full_length_is_cut_between_characters_and_still_known()
    {
        byte[] original = [.. "a"u8, .. Encoding.UTF8.GetBytes(new string('ö', 125)), .. ".txt"u8];

        byte[] copy = ConflictName.Make(original, At, 0);

        Assert.InRange(copy.Length, 200, TreePath.MaxNameLength);
        Assert.True(ConflictName.TryParse(copy, out ConflictName conflict));
        Assert.DoesNotContain('\uFFFD', Encoding.UTF8.GetString(copy));
        Assert.True(conflict.IsOf(original));
    }

    [Theory]
    [InlineData("notes.txt")]
    [InlineData(".conflict-host-20260101T000000Z")]
    [InlineData("a.conflict-host-20261301T000000Z.txt")]
    [InlineData("a.conflict-host-20260101T000000Z.b.c")]
    [InlineData("a.conflict-.txt")]
    public void Other_names_are_no_conflicts(string name) => Assert.False(ConflictName.TryParse(Encoding.UTF8.GetBytes(name), out _));

    [Fact]
    public void Where_both_stay_the_copys_name_is_no_conflict_any_more()
    {
        Assert.True(ConflictName.TryParse("notes.conflict-host-20260101T000000Z-2.txt"u8, out ConflictName conflict));

        Assert.Equal("notes.theirs-host-20260101T000000Z-2.txt", Encoding.UTF8.GetString(conflict.WhenBothStay()));
        Assert.False(ConflictName.TryParse(conflict.WhenBothStay(), out _));
    }
}
