namespace AgentBay.Mount.Tests;

/// <summary>A program that has ended.</summary>
internal sealed record Ran(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>Fails the test, with all that was printed, unless it exited with 0.</summary>
    public Ran Ok() => Exits(0);

    public Ran Exits(int code)
    {
        Assert.True(ExitCode == code, $"{Command}\nexited with {ExitCode}, not {code}\n--- output\n{Tail(Output)}\n--- error\n{Tail(Error)}");
        return this;
    }

    private static string Tail(string text) => text.Length <= 4000 ? text : "…" + text[^4000..];
}
