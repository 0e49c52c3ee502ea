using System.Text.RegularExpressions;

namespace AgentBay.Mount.Tests;

/// <summary>SEMANTICS.md speaks of tests by their names.</summary>
public sealed partial class SemanticsTests
{
    [Fact]
    public void Every_test_that_SEMANTICS_names_is_there()
    {
        string root = Repository();
        string semantics = File.ReadAllText(Path.Combine(root, "src", "AgentBay.Fs", "SEMANTICS.md"));
        var tests = Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories).SelectMany(file => Declared().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

        var missing = Named().Matches(semantics).Select(match => match.Value)
            .Where(name => name.EndsWith('_') ? !tests.Any(test => test.StartsWith(name, StringComparison.Ordinal)) : !tests.Contains(name));

        Assert.Empty(missing);
    }

    private static string Repository()
    {
        string? folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "AgentBay.Fs.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new FileNotFoundException("AgentBay.Fs.sln is not above " + AppContext.BaseDirectory);
        }

        return folder;
    }

    [GeneratedRegex(@" (\w+)\([^()]*\)\s*(?:=>|\{)")]
    private static partial Regex Declared();

    /// <summary>A sentence; one that is cut short ends with "_".</summary>
    [GeneratedRegex(@"\b[A-Z]\w*?_\w+_\w+")]
    private static partial Regex Named();
}
