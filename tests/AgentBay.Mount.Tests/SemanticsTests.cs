using System.Text.RegularExpressions;

namespace AgentBay.Mount.Tests;

/// <summary>SEMANTICS.md speaks of tests by their projects and names.</summary>
public sealed partial class SemanticsTests
{
    private const int MoreThan = 100;

    [Fact]
    public void Every_test_that_SEMANTICS_names_is_in_the_project_that_it_names()
    {
        string root = Repository();
        string semantics = File.ReadAllText(Path.Combine(root, "src", "AgentBay.Fs", "SEMANTICS.md"));
        var named = (from mention in Mentions().Matches(semantics)
                     from project in mention.Groups["project"].Captures
                     from name in Named().Matches(mention.Groups["tests"].Value)
                     select (Project: project.Value, Name: name.Value)).ToList();
        var declared = named.Select(test => test.Project).Distinct().ToDictionary(project => project, project => DeclaredIn(Path.Combine(root, "tests", $"AgentBay.{project}")));

        var missing = named.Where(test => !declared[test.Project].Any(name => IsNamed(test.Name, name)));

        Assert.True(named.Count > MoreThan, $"Only {named.Count} names were found.");
        Assert.Empty(missing);
    }

    private static HashSet<string> DeclaredIn(string project) =>
        [.. Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories).SelectMany(file => Declared().Matches(File.ReadAllText(file))).Select(match => match.Groups["name"].Value)];

    /// <summary>"…" stands for what is left out.</summary>
    private static bool IsNamed(string mention, string name) => mention switch
    {
        ['…', .. var end] => name.EndsWith(end, StringComparison.Ordinal),
        [.. var beginning, '…'] => name.StartsWith(beginning, StringComparison.Ordinal),
        _ => name == mention,
    };

    private static string Repository()
    {
        string? folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "AgentBay.Fs.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new FileNotFoundException("AgentBay.Fs.sln is not above " + AppContext.BaseDirectory);
        }

        return folder;
    }

    /// <summary>A method or a class.</summary>
    [GeneratedRegex(@" (?<name>\w+)\([^()]*\)\s*(?:=>|\{)|\bclass (?<name>\w+)")]
    private static partial Regex Declared();

    /// <summary>Projects, each in backticks, and what is said of them until the next one or the line's end.</summary>
    [GeneratedRegex(@"`(?<project>[\w.]+\.Tests)`(?:, `(?<project>[\w.]+\.Tests)`)*(?<tests>(?:(?!`[\w.]+\.Tests`).)*)")]
    private static partial Regex Mentions();

    /// <summary>A test's sentence or a class of tests.</summary>
    [GeneratedRegex(@"…?\w*_\w+…?|\b[A-Z]\w+Tests\b")]
    private static partial Regex Named();
}
