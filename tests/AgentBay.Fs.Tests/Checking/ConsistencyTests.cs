using AgentBay.Fs.Checking;
using static AgentBay.Fs.Checking.FindingClass;
using static AgentBay.Fs.Checking.Mend;

namespace AgentBay.Fs.Tests.Checking;

public sealed class ConsistencyTests
{
    private const string Nothing = "nothing", Settles = "note";

    /// <summary>What is it called; row, mirror, store → of a clean mirror, of one that is not; note is what the next mount settles.</summary>
    public static TheoryData<string, RowFact, LocalFact, RemoteFact, string, string> States => new()
    {
        { "nowhere", RowFact.None, LocalFact.Absent, RemoteFact.Absent, Nothing, Nothing },
        { "new in the store", RowFact.None, LocalFact.Absent, RemoteFact.Changed, Nothing, Nothing },
        { "new here", RowFact.None, LocalFact.Edited, RemoteFact.Absent, Is(EditedUnnoticed, CompareAtMount), Settles },
        { "new on both sides", RowFact.None, LocalFact.Edited, RemoteFact.Changed, Is(EditedUnnoticed, CompareAtMount), Settles },
        { "a placeholder without a row", RowFact.None, LocalFact.Placeholder, RemoteFact.Same, Is(MarkWithoutRow, CompareAtMount), Settles },
        { "a placeholder without a row and without an object", RowFact.None, LocalFact.Placeholder, RemoteFact.Absent, Is(BytesLost, RemoveName), Is(BytesLost, RemoveName) },

        { "created, and nobody knows", RowFact.Intent, LocalFact.Edited, RemoteFact.Changed, Is(Unconfirmed, CompareAtMount), Settles },
        { "created and deleted, and nobody knows", RowFact.Intent, LocalFact.Absent, RemoteFact.Absent, Is(Unconfirmed, CompareAtMount), Settles },
        { "moved before it was read", RowFact.Intent, LocalFact.Placeholder, RemoteFact.Same, Is(MarkWithoutRow, CompareAtMount), Settles },
        { "moved before it was read, and gone", RowFact.Intent, LocalFact.Placeholder, RemoteFact.Absent, Is(BytesLost, RemoveName), Is(BytesLost, RemoveName) },

        { "in step", RowFact.Present, LocalFact.Same, RemoteFact.Same, Nothing, Nothing },
        { "deleted or lost in the store", RowFact.Present, LocalFact.Same, RemoteFact.Absent, Is(ObjectMissing, UploadAgain), Is(ObjectMissing, UploadAgain) },
        { "changed in the store", RowFact.Present, LocalFact.Same, RemoteFact.Changed, Settles, Settles },
        { "edited here", RowFact.Present, LocalFact.Edited, RemoteFact.Same, Is(EditedUnnoticed, CompareAtMount), Settles },
        { "edited here, gone in the store", RowFact.Present, LocalFact.Edited, RemoteFact.Absent, Is(EditedUnnoticed, CompareAtMount), Settles },
        { "edited on both sides", RowFact.Present, LocalFact.Edited, RemoteFact.Changed, Settles, Settles },
        { "rotten here", RowFact.Present, LocalFact.Rotten, RemoteFact.Same, Is(BitRot, SetAside), Is(BitRot, SetAside) },
        { "rotten here, and nowhere else", RowFact.Present, LocalFact.Rotten, RemoteFact.Absent, Is(BitRot, None), Is(BitRot, None) },
        { "a placeholder whose row has bytes", RowFact.Present, LocalFact.Placeholder, RemoteFact.Same, Is(RowDisagrees, CompareAtMount), Nothing },

        { "a placeholder", RowFact.Placeholder, LocalFact.Placeholder, RemoteFact.Same, Nothing, Nothing },
        { "a placeholder whose object changed", RowFact.Placeholder, LocalFact.Placeholder, RemoteFact.Changed, Settles, Settles },
        { "a placeholder whose object is gone", RowFact.Placeholder, LocalFact.Placeholder, RemoteFact.Absent, Is(BytesLost, RemoveName), Is(BytesLost, RemoveName) },
        { "a placeholder without its mark", RowFact.Placeholder, LocalFact.Blank, RemoteFact.Same, Is(MarkLost, RemoveName), Is(MarkLost, RemoveName) },
        { "a placeholder without mark and object", RowFact.Placeholder, LocalFact.Blank, RemoteFact.Absent, Is(BytesLost, RemoveName), Is(BytesLost, RemoveName) },
        { "whole, and its row says placeholder", RowFact.Placeholder, LocalFact.Edited, RemoteFact.Same, Is(RowDisagrees, CompareAtMount), Nothing },
        { "a download cut short", RowFact.Hydrating, LocalFact.Placeholder, RemoteFact.Same, Nothing, Nothing },
        { "a download that ended without its row", RowFact.Hydrating, LocalFact.Same, RemoteFact.Same, Nothing, Nothing },

        { "missing here", RowFact.Present, LocalFact.Absent, RemoteFact.Same, Is(FileMissing, ForgetRow), Settles },
        { "missing here, changed in the store", RowFact.Present, LocalFact.Absent, RemoteFact.Changed, Settles, Settles },
        { "missing on both sides", RowFact.Placeholder, LocalFact.Absent, RemoteFact.Absent, Is(StaleRow, ForgetRow), Nothing },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void In_a_clean_mirror_a_path_that_is(string state, RowFact row, LocalFact local, RemoteFact remote, string clean, string unclean)
    {
        Assert.Equal((state, clean), (state, Describe(new PathFacts(row, local, remote, Filled: true, Clean: true))));
        Assert.NotNull(unclean);
    }

    [Theory]
    [MemberData(nameof(States))]
    public void In_a_mirror_that_the_next_mount_compares_a_path_that_is(string state, RowFact row, LocalFact local, RemoteFact remote, string clean, string unclean)
    {
        Assert.Equal((state, unclean), (state, Describe(new PathFacts(row, local, remote, Filled: true, Clean: false))));
        Assert.NotNull(clean);
    }

    [Theory]
    [InlineData(RemoteFact.Same)]
    [InlineData(RemoteFact.Changed)]
    [InlineData(RemoteFact.Absent)]
    public void What_is_missing_in_a_folder_that_was_not_filled_is_not_judged(RemoteFact remote) =>
        Assert.Null(Consistency.Judge(new PathFacts(RowFact.Present, LocalFact.Absent, remote, Filled: false, Clean: true)));

    [Fact]
    public void Every_state_that_a_path_can_be_in_has_a_verdict()
    {
        foreach (PathFacts facts in
            from row in Enum.GetValues<RowFact>()
            from local in Enum.GetValues<LocalFact>()
            from remote in Enum.GetValues<RemoteFact>()
            from clean in new[] { true, false }
            where IsPossible(row, local, remote)
            select new PathFacts(row, local, remote, true, clean))
        {
            Assert.Null(Xunit.Record.Exception(() => Consistency.Judge(facts)));
        }
    }

    /// <summary>Same, rotten and blank are seen against a row that speaks of bytes here or there; without a row the store has nothing that is the same.</summary>
    private static bool IsPossible(RowFact row, LocalFact local, RemoteFact remote) => local switch
    {
        LocalFact.Rotten => row == RowFact.Present,
        LocalFact.Blank => row is RowFact.Placeholder or RowFact.Hydrating,
        LocalFact.Same => row is not (RowFact.None or RowFact.Intent),
        _ => row is not RowFact.None || remote != RemoteFact.Same || local == LocalFact.Placeholder,
    };

    private static string Is(FindingClass found, Mend mend) => $"{found}: {mend}";

    private static string Describe(PathFacts facts) => Consistency.Judge(facts) is not { } verdict ? Nothing : verdict.IsProblem ? Is(verdict.Class, verdict.Mend) : Settles;
}
