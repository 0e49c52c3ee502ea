namespace AgentBay.Testing.Model;

/// <summary>Leaves steps out of a failing sequence as long as it still fails.</summary>
public static class ModelShrinker
{
    /// <summary>The engine works in parallel: a sequence counts as good when it held this often.</summary>
    private const int TriesOfOne = 4;

    private static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(40);

    /// <param name="run">Runs a sequence; returns its failure, null when it holds.</param>
    public static async Task<ModelFailure> ShrinkAsync(ModelFailure failure, Func<IReadOnlyList<ModelOp>, Task<ModelFailure?>> run)
    {
        long began = TimeProvider.System.GetTimestamp();
        for (int size = Math.Max(1, failure.Ops.Count / 2); size > 0; size /= 2)
        {
            for (int at = failure.Ops.Count - size; at >= 0; at--)
            {
                if (TimeProvider.System.GetElapsedTime(began) > LongestSearch)
                {
                    return failure;
                }

                if (at + size <= failure.Ops.Count && await FailsAsync([.. failure.Ops.Take(at), .. failure.Ops.Skip(at + size)], run) is { } shorter)
                {
                    failure = shorter;
                }
            }
        }

        return failure;
    }

    private static async Task<ModelFailure?> FailsAsync(IReadOnlyList<ModelOp> ops, Func<IReadOnlyList<ModelOp>, Task<ModelFailure?>> run)
    {
        for (int tries = 0; tries < TriesOfOne; tries++)
        {
            if (await run(ops) is { } failure)
            {
                return failure;
            }
        }

        return null;
    }
}
