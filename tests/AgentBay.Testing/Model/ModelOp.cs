using System.Globalization;

namespace AgentBay.Testing.Model;

/// <summary>One step of a sequence: an act and the numbers that choose on what. Any numbers are legal, so that a sequence stays one when steps are left out.</summary>
public readonly record struct ModelOp(ModelAct Act, int A = 0, int B = 0, int C = 0)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Act} {A} {B} {C}");

    /// <summary>The text that a failure prints, "Write 1 0 3; Flush 0 0 0".</summary>
    public static IReadOnlyList<ModelOp> ParseAll(string text) => [.. text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    private static ModelOp Parse(string text)
    {
        string[] parts = text.Split(' ');
        return new ModelOp(Enum.Parse<ModelAct>(parts[0]), Number(1), Number(2), Number(3));

        int Number(int at) => int.Parse(parts[at], CultureInfo.InvariantCulture);
    }
}
