namespace AgentBay.Mount.Output;

/// <summary>A word that a user can paste into a shell. For messages only: this program starts no shell.</summary>
internal static class ShellWord
{
    internal static string Quote(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+:=@%,~".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
