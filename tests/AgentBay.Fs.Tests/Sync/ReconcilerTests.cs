using AgentBay.Fs.Sync;
using static AgentBay.Fs.Sync.Decision;

namespace AgentBay.Fs.Tests.Sync;

public sealed class ReconcilerTests
{
    private const bool Known = true, Unknown = false;

    /// <summary>Every legal state: what is it called, baseline, mirror, store → decision.</summary>
    public static TheoryData<string, bool, LocalChange, RemoteChange, Decision> States => new()
    {
        { "nothing anywhere", Unknown, LocalChange.Absent, RemoteChange.Absent, Nothing },
        { "new in the store", Unknown, LocalChange.Absent, RemoteChange.Changed, Place },
        { "new here", Unknown, LocalChange.Content, RemoteChange.Absent, Upload },
        { "new on both sides", Unknown, LocalChange.Content, RemoteChange.Changed, Conflict },

        { "in step", Known, LocalChange.Same, RemoteChange.Same, Nothing },
        { "changed in the store", Known, LocalChange.Same, RemoteChange.Changed, Replace },
        { "deleted in the store", Known, LocalChange.Same, RemoteChange.Absent, DeleteLocal },

        { "chmod here", Known, LocalChange.Attributes, RemoteChange.Same, UploadAttributes },
        { "chmod here, changed in the store", Known, LocalChange.Attributes, RemoteChange.Changed, Replace },
        { "chmod here, deleted in the store", Known, LocalChange.Attributes, RemoteChange.Absent, DeleteLocal },

        { "edited here", Known, LocalChange.Content, RemoteChange.Same, Upload },
        { "edited on both sides", Known, LocalChange.Content, RemoteChange.Changed, Conflict },
        { "edited here, deleted in the store", Known, LocalChange.Content, RemoteChange.Absent, Upload },

        { "deleted here", Known, LocalChange.Absent, RemoteChange.Same, DeleteRemote },
        { "deleted here, edited in the store", Known, LocalChange.Absent, RemoteChange.Changed, Place },
        { "deleted on both sides", Known, LocalChange.Absent, RemoteChange.Absent, Forget },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void A_path_that_is(string state, bool baseline, LocalChange local, RemoteChange remote, Decision decision)
    {
        _ = state;
        Assert.Equal(decision, Reconciler.Decide(baseline, local, remote, sameContent: false));
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Equal_content_turns_a_conflict_into_an_adoption_and_nothing_else(string state, bool baseline, LocalChange local, RemoteChange remote, Decision decision)
    {
        _ = state;
        Assert.Equal(decision == Conflict ? Adopt : decision, Reconciler.Decide(baseline, local, remote, sameContent: true));
    }

    [Fact]
    public void Every_other_state_is_refused()
    {
        var legal = States.Select(row => (row.Data.Item2, row.Data.Item3, row.Data.Item4)).ToHashSet();
        foreach (bool baseline in new[] { Known, Unknown })
        {
            foreach (LocalChange local in Enum.GetValues<LocalChange>())
            {
                foreach (RemoteChange remote in Enum.GetValues<RemoteChange>().Where(remote => !legal.Contains((baseline, local, remote))))
                {
                    Assert.Throws<ArgumentException>(() => Reconciler.Decide(baseline, local, remote, sameContent: false));
                }
            }
        }
    }
}
