using AgentBay.Fs.Indexing;
using AgentBay.Fs.Policies;
using AgentBay.Fs.Sync;
using static AgentBay.Fs.Sync.Decision;

namespace AgentBay.Fs.Tests.Sync;

public sealed class ReconcilerTests
{
    private const bool Known = true, Unknown = false;

    private static PathRules Default => default;
    private static readonly PathRules KeepsDeleted = new() { KeepsDeleted = true };
    private static readonly PathRules HidesNew = new() { HidesNew = true };
    private static readonly PathRules LocalOnly = new() { LocalOnly = true };

    /// <summary>
    /// Every legal state: what is it called, baseline, mirror, store; then the decision by default, where deletions stay local
    /// (syncLocalFile=false), where the store's files appear only when asked for (autoDownload=false), and outside the white lists.
    /// </summary>
    public static TheoryData<string, bool, LocalChange, RemoteChange, Decision, Decision, Decision, Decision> States => new()
    {
        { "nothing anywhere", Unknown, LocalChange.Absent, RemoteChange.Absent, Nothing, Nothing, Nothing, Nothing },
        { "new in the store", Unknown, LocalChange.Absent, RemoteChange.Changed, Place, Place, Nothing, Nothing },
        { "new here", Unknown, LocalChange.Content, RemoteChange.Absent, Upload, Upload, Upload, Nothing },
        { "new on both sides", Unknown, LocalChange.Content, RemoteChange.Changed, Conflict, Conflict, Conflict, Nothing },

        { "in step", Known, LocalChange.Same, RemoteChange.Same, Nothing, Nothing, Nothing, Nothing },
        { "changed in the store", Known, LocalChange.Same, RemoteChange.Changed, Replace, Replace, Nothing, Nothing },
        { "deleted in the store", Known, LocalChange.Same, RemoteChange.Absent, DeleteLocal, DeleteLocal, Nothing, Nothing },

        { "chmod here", Known, LocalChange.Attributes, RemoteChange.Same, UploadAttributes, UploadAttributes, UploadAttributes, Nothing },
        { "chmod here, changed in the store", Known, LocalChange.Attributes, RemoteChange.Changed, Replace, Replace, Replace, Nothing },
        { "chmod here, deleted in the store", Known, LocalChange.Attributes, RemoteChange.Absent, DeleteLocal, DeleteLocal, DeleteLocal, Nothing },

        { "edited here", Known, LocalChange.Content, RemoteChange.Same, Upload, Upload, Upload, Nothing },
        { "edited on both sides", Known, LocalChange.Content, RemoteChange.Changed, Conflict, Conflict, Conflict, Nothing },
        { "edited here, deleted in the store", Known, LocalChange.Content, RemoteChange.Absent, Upload, Upload, Upload, Nothing },

        { "deleted here", Known, LocalChange.Absent, RemoteChange.Same, DeleteRemote, Release, DeleteRemote, Release },
        { "deleted here, edited in the store", Known, LocalChange.Absent, RemoteChange.Changed, Place, Place, Release, Release },
        { "deleted on both sides", Known, LocalChange.Absent, RemoteChange.Absent, Forget, Forget, Forget, Release },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void A_path_that_is(
        string state, bool baseline, LocalChange local, RemoteChange remote, Decision byDefault, Decision keepingDeleted, Decision hidingNew, Decision localOnly)
    {
        _ = state;
        Assert.Equal(
            (byDefault, keepingDeleted, hidingNew, localOnly),
            (Decide(Default), Decide(KeepsDeleted), Decide(HidesNew), Decide(LocalOnly)));

        Decision Decide(PathRules rules) => Reconciler.Decide(rules, baseline, local, remote);
    }

    public static TheoryData<string, bool, LocalChange, Decision, Decision, Decision, Decision> StatesWithoutForeignChange =>
        [.. States.Select(row => row.Data).Where(row => row.Item4 == (row.Item2 ? RemoteChange.Same : RemoteChange.Absent))
            .Select(row => new TheoryDataRow<string, bool, LocalChange, Decision, Decision, Decision, Decision>(row.Item1, row.Item2, row.Item3, row.Item5, row.Item6, row.Item7, row.Item8))];

    /// <summary>A plan takes the store to be as the baseline says, and every write's condition finds where it is not.</summary>
    [Theory]
    [MemberData(nameof(StatesWithoutForeignChange))]
    public void A_plan_does_what_is_decided_of_a_path_that_is(
        string state, bool baseline, LocalChange local, Decision byDefault, Decision keepingDeleted, Decision hidingNew, Decision localOnly)
    {
        _ = state;
        foreach ((PathRules rules, Decision decision) in new[] { (Default, byDefault), (KeepsDeleted, keepingDeleted), (HidesNew, hidingNew), (LocalOnly, localOnly) })
        {
            BaselineRow? row = baseline ? PlannerTests.RowOf("a", 1, placeholder: false) : null;
            LocalView view = local == LocalChange.Absent ? LocalView.Absent : new LocalView(PlannerTests.Entry(1, 1), local);

            SyncPlan plan = Planner.Plan([PlannerTests.State("a", row, view) with { Rules = rules }], n => $"aside{n}");

            ActionKind? expected = decision switch
            {
                Nothing => null,
                Decision.Upload => ActionKind.Upload,
                Decision.UploadAttributes => ActionKind.UploadAttributes,
                DeleteRemote => ActionKind.Delete,
                Decision.Release => ActionKind.Release,
                _ => throw new ArgumentException($"{decision} comes of a change in the store."),
            };
            Assert.Equal(expected is null ? [] : [expected.Value], plan.Actions.Select(action => action.Kind).Where(kind => kind != ActionKind.Refresh));
        }
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
                    Assert.Throws<ArgumentException>(() => Reconciler.Decide(Default, baseline, local, remote));
                }
            }
        }
    }
}
