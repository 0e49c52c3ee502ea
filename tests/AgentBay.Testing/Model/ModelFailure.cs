namespace AgentBay.Testing.Model;

/// <summary>A sequence that failed, made as short as it still fails.</summary>
public sealed record ModelFailure(int Seed, string Variant, IReadOnlyList<ModelOp> Ops, Exception Error, IReadOnlyList<string> Log)
{
    public override string ToString() =>
        $"""
        seed {Seed}, {Variant}; shrunk to {Ops.Count} operations. To keep it, add to the regressions:
            [{Seed}, {Variant}, "{string.Join("; ", Ops)}"]
        {string.Join('\n', Log)}
        {Error}
        """;
}
