using AgentBay.Fs.Checking;
using AgentBay.Fs.Contexts;

namespace AgentBay.Mount.Output;

/// <summary><c>fsck</c> for people.</summary>
internal static class FsckText
{
    internal static void Print(CheckReport report, ContextRecord context, string store)
    {
        foreach (FsckReport.Line line in report.Findings.Select(FsckReport.Line.From))
        {
            Console.WriteLine($"{(line.Problem ? "problem" : "note"),-8}{line.Class,-18}{line.Path ?? line.Key ?? "-"}");
            Console.WriteLine($"        {line.What}");
            if (line.Repaired)
            {
                Console.WriteLine($"        Repaired: {line.Repair}.");
            }
            else if (line.Problem && line.Repair is { } repair)
            {
                Console.WriteLine($"        {(line.Error is { } error ? $"Not repaired: {error}" : $"--repair {repair}.")}");
            }
        }

        string mirror = report.Mirror is { } folder ? $"{report.Names} names in {folder}" : "no mirror on this machine";
        Console.WriteLine($"Context '{context.Name}' ({context.Id}): {report.Objects} objects in {store}, {mirror}; {Count(report.Problems, "problem")}, {report.Repaired} repaired.");
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
