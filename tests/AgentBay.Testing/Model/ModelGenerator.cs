namespace AgentBay.Testing.Model;

/// <summary>Makes the sequence of a seed: the same on every machine.</summary>
public static class ModelGenerator
{
    private const int Shortest = 8, Longest = 30, Numbers = 1000;

    /// <summary>How often each act comes, in parts of the sum.</summary>
    private static readonly (ModelAct Act, int Weight)[] Weights =
    [
        (ModelAct.Write, 16), (ModelAct.Append, 5), (ModelAct.Rename, 8), (ModelAct.RenameOver, 4), (ModelAct.RenameFolder, 6), (ModelAct.Exchange, 3),
        (ModelAct.Delete, 7), (ModelAct.MakeFolder, 6), (ModelAct.RemoveFolder, 2), (ModelAct.RemoveTree, 2), (ModelAct.Link, 4), (ModelAct.Symlink, 2),
        (ModelAct.ChangeMode, 4), (ModelAct.SetXattr, 3), (ModelAct.SetTime, 2), (ModelAct.Read, 3), (ModelAct.Hold, 2), (ModelAct.Release, 2),
        (ModelAct.Fsync, 4), (ModelAct.FsyncFolder, 2), (ModelAct.Flush, 6), (ModelAct.WriteBack, 3), (ModelAct.Download, 2), (ModelAct.Remount, 3),
        (ModelAct.MoveToNewMachine, 3), (ModelAct.Kill, 3), (ModelAct.FailStore, 4), (ModelAct.KillAtStep, 7), (ModelAct.Foreign, 6),
    ];

    /// <param name="without">Acts that the mount under test cannot do.</param>
    public static IReadOnlyList<ModelOp> Sequence(int seed, params IReadOnlyCollection<ModelAct> without)
    {
        var random = new Random(seed);
        (ModelAct Act, int Weight)[] weights = [.. Weights.Where(weight => !without.Contains(weight.Act))];
        int sum = weights.Sum(weight => weight.Weight);
        return [.. Enumerable.Range(0, random.Next(Shortest, Longest + 1)).Select(_ => new ModelOp(Pick(), random.Next(Numbers), random.Next(Numbers), random.Next(Numbers)))];

        ModelAct Pick()
        {
            int at = random.Next(sum);
            return weights.First(weight => (at -= weight.Weight) < 0).Act;
        }
    }
}
