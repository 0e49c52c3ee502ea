namespace AgentBay.Mount.Output;

/// <summary>Columns as wide as what is in them; never wrapped, so that a line stays a line for grep.</summary>
internal static class TextTable
{
    internal static void Print(string[] headings, IEnumerable<string[]> rows)
    {
        string[][] lines = [headings, .. rows];
        int[] widths = [.. headings.Select((_, column) => lines.Max(line => line[column].Length))];
        foreach (string[] line in lines)
        {
            Console.WriteLine(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
