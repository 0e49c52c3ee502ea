using AgentBay.Fs.Mirror;

namespace AgentBay.Fs.Tests.Mirror;

public sealed class JournalTests
{
    private static readonly TreePath A = TreePath.Parse("a"), B = TreePath.Parse("b"), InA = TreePath.Parse("a/x");

    private readonly Journal journal = new(TimeProvider.System);

    private List<string> Noted => [.. journal.Read(out _).Keys.Select(path => path.ToString()).Order()];

    [Fact]
    public void What_is_dealt_with_is_noted_no_more()
    {
        journal.DataChanged(A, 1);
        _ = journal.Read(out long at);

        journal.Done(A, 1, at);

        Assert.Empty(Noted);
        Assert.False(journal.MayBeWritten(1));
    }

    [Fact]
    public void What_changed_after_the_reading_stays_noted()
    {
        journal.DataChanged(A, 1);
        _ = journal.Read(out long at);
        journal.DataChanged(A, 1);

        journal.Done(A, 1, at);

        Assert.Equal(["a"], Noted);
        Assert.True(journal.MayBeWritten(1));
    }

    [Fact]
    public void A_renamed_folder_is_noted_with_what_is_below_it()
    {
        journal.Renamed(A, B, folder: true);

        Assert.Equal(["a", "b"], Noted);
        Assert.All(journal.Read(out _).Values, entry => Assert.True(entry.WithTree));
    }

    [Fact]
    public void A_file_that_is_open_for_writing_may_be_written()
    {
        journal.WriterOpened(A, 1);

        Assert.True(journal.MayBeWritten(1));
        Assert.Empty(Noted);
    }

    [Fact]
    public void A_file_counts_as_changed_when_its_writer_closes()
    {
        journal.WriterOpened(A, 1);
        journal.WriterClosed(A, 1, stillMapped: false);

        Assert.Equal(["a"], Noted);
        Assert.False(journal.HasWriter(1));
    }

    [Fact]
    public void A_mapped_file_is_watched_after_its_writer_closed()
    {
        journal.WriterOpened(A, 1);
        journal.WriterClosed(A, 1, stillMapped: true);
        Assert.True(Assert.Single(journal.Writers()).OnlyMapped);

        journal.WriterGone(1);

        Assert.Empty(journal.Writers());
    }

    [Fact]
    public void A_writer_follows_its_file_when_a_folder_above_it_is_renamed()
    {
        journal.WriterOpened(InA, 1);

        journal.Renamed(A, B, folder: true);

        Assert.Equal("b/x", Assert.Single(journal.Writers()).Path.ToString());
    }

    [Fact]
    public void Writers_follow_their_files_when_two_names_change_places()
    {
        journal.WriterOpened(InA, 1);
        journal.WriterOpened(B, 2);

        journal.Exchanged(A, B);

        Assert.Equal(["1 b/x", "2 a"], journal.Writers().Select(writer => $"{writer.Inode} {writer.Path}").Order());
    }

    [Fact]
    public void What_was_looked_at_and_is_not_done_is_as_old_as_the_look()
    {
        journal.NameChanged(A);
        _ = journal.Read(out long at);

        journal.NotDone(B, at);

        Assert.Equal(at, journal.Read(out _)[B].At);
    }

    [Fact]
    public void What_is_not_done_keeps_a_later_note()
    {
        _ = journal.Read(out long at);
        journal.NameChanged(A);

        journal.NotDone(A, at);

        Assert.True(journal.Read(out _)[A].At > at);
    }

    [Fact]
    public void Bytes_written_before_a_look_are_not_written_since()
    {
        journal.DataChanged(A, 1);
        long at = journal.Clock;

        Assert.False(journal.MayBeWrittenSince(1, at));
        journal.DataChanged(A, 1);
        Assert.True(journal.MayBeWrittenSince(1, at));
    }
}
