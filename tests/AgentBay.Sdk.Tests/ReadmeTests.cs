using System.Text.RegularExpressions;

namespace AgentBay.Sdk.Tests;

public sealed partial class ReadmeTests
{
    [Fact]
    public void The_C_sharp_of_the_README_is_code_that_is_compiled()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "AgentBay.Fs.sln")))
        {
            root = Path.GetDirectoryName(root)!;
        }

        string readme = Fence().Match(File.ReadAllText(Path.Combine(root, "README.md"))).Groups[1].Value;
        string compiled = File.ReadAllText(Path.Combine(root, "tests", "AgentBay.Sdk.Tests", "ReadmeExample.cs"));

        Assert.NotEmpty(readme);
        Assert.Contains(Squeeze(readme[readme.IndexOf("await", StringComparison.Ordinal)..]), Squeeze(compiled), StringComparison.Ordinal);
        Assert.Equal(
            ["using AgentBay.Fs.Policies;", "using AgentBay.Sdk;"],
            readme.Split('\n').Where(line => line.StartsWith("using ", StringComparison.Ordinal)));
    }

    private static string Squeeze(string code) => Space().Replace(code, " ").Trim();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
