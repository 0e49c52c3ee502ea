namespace AgentBay.Fs.Checking;

/// <summary>Judges one path from what index, mirror and store say of it. Pure.</summary>
public static class Consistency
{
    private static readonly Verdict ChangedElsewhere = Note(FindingClass.ChangedElsewhere);
    private static readonly Verdict BytesLost = new(FindingClass.BytesLost, Mend.RemoveName, true);
    private static readonly Verdict BitRot = new(FindingClass.BitRot, Mend.SetAside, true);

    /// <returns>Null: all is well.</returns>
    public static Verdict? Judge(PathFacts facts) => (facts.Row, facts.Local, facts.Remote) switch
    {
        (RowFact.None, LocalFact.Absent, _) => null, // New in the store, if anything.
        (RowFact.None or RowFact.Intent, LocalFact.Placeholder, RemoteFact.Same) => WhenClean(facts, FindingClass.MarkWithoutRow) ?? Note(FindingClass.Pending),
        (_, LocalFact.Placeholder, RemoteFact.Absent) => BytesLost,
        (RowFact.Placeholder or RowFact.Hydrating, LocalFact.Placeholder, RemoteFact.Changed) => ChangedElsewhere,
        (_, LocalFact.Placeholder, RemoteFact.Changed) => BytesLost,
        (RowFact.None, _, _) => WhenClean(facts, FindingClass.EditedUnnoticed) ?? Note(FindingClass.Pending),
        (RowFact.Intent, _, _) => WhenClean(facts, FindingClass.Unconfirmed) ?? Note(FindingClass.Pending),

        (_, LocalFact.Absent, _) when !facts.Filled => null, // Its folder has not been looked into since.
        (_, LocalFact.Absent, RemoteFact.Same) => facts.Clean ? new Verdict(FindingClass.FileMissing, Mend.ForgetRow, true) : Note(FindingClass.Pending),
        (_, LocalFact.Absent, RemoteFact.Changed) => ChangedElsewhere,
        (_, LocalFact.Absent, RemoteFact.Absent) => facts.Clean ? new Verdict(FindingClass.StaleRow, Mend.ForgetRow, true) : null,

        (RowFact.Present, LocalFact.Same, RemoteFact.Same) => null,
        (RowFact.Present, LocalFact.Same, RemoteFact.Absent) => new Verdict(FindingClass.ObjectMissing, Mend.UploadAgain, true),
        (RowFact.Present, LocalFact.Same, RemoteFact.Changed) => ChangedElsewhere,
        (RowFact.Present, LocalFact.Edited, RemoteFact.Changed) => Note(FindingClass.Conflict),
        (RowFact.Present, LocalFact.Edited, _) => WhenClean(facts, FindingClass.EditedUnnoticed) ?? Note(FindingClass.Pending),
        (_, LocalFact.Rotten, RemoteFact.Absent) => BitRot with { Mend = Mend.None }, // The only copy, such as it is.
        (_, LocalFact.Rotten, _) => BitRot,
        (RowFact.Present, LocalFact.Placeholder, RemoteFact.Same) => WhenClean(facts, FindingClass.RowDisagrees),

        (RowFact.Placeholder, LocalFact.Placeholder, RemoteFact.Same) => null,
        (RowFact.Hydrating, LocalFact.Placeholder, RemoteFact.Same) => null, // Read or not, the mark says that it is not whole.
        (_, LocalFact.Blank, RemoteFact.Absent) => BytesLost,
        (_, LocalFact.Blank, _) => new Verdict(FindingClass.MarkLost, Mend.RemoveName, true),
        (RowFact.Placeholder, LocalFact.Same or LocalFact.Edited, _) => WhenClean(facts, FindingClass.RowDisagrees),
        (RowFact.Hydrating, LocalFact.Same or LocalFact.Edited, _) => null, // Its content is judged by its hash at the next flush.
        _ => throw new ArgumentException($"{facts} is not a state a path can be in."),
    };

    /// <summary>A mirror that is not clean is compared by the next mount anyway.</summary>
    private static Verdict? WhenClean(PathFacts facts, FindingClass found) => facts.Clean ? new Verdict(found, Mend.CompareAtMount, true) : null;

    private static Verdict Note(FindingClass found) => new(found, Mend.None, false);
}
