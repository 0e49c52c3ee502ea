using System.Text.Json;

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

    /// <summary>One line of ours on standard error, nothing else, and this code.</summary>
    public void FailsWith(int code, string says)
    {
        _ = Exits(code);
        Assert.StartsWith("agentbay-mount: ", Error, StringComparison.Ordinal);
        Assert.Contains(says, Error, StringComparison.Ordinal);
        Assert.Equal(1, Error.Count(c => c == '\n'));
        Assert.Empty(Output);
    }

    /// <summary>What was printed, after a run that went well.</summary>
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Ok().Output);
        return document.RootElement.Clone();
    }

    private static string Tail(string text) => text.Length <= 4000 ? text : "…" + text[^4000..];
}
