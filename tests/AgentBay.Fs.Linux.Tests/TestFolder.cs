namespace AgentBay.Fs.Linux.Tests;

/// <summary>A folder on a real disk (never /dev/shm) that goes away with the test.</summary>
internal sealed class TestFolder : IDisposable
{
    internal TestFolder()
    {
        Path = Directory.CreateTempSubdirectory("agentbay-linux-").FullName;
        Tree = Directory.CreateDirectory(System.IO.Path.Combine(Path, "tree")).FullName;
        Staging = Directory.CreateDirectory(System.IO.Path.Combine(Path, "staging")).FullName;
    }

    internal string Path { get; }

    internal string Tree { get; }

    internal string Staging { get; }

    internal string InTree(string name) => System.IO.Path.Combine(Tree, name);

    /// <summary>By rm: .NET cannot name what is not UTF-8.</summary>
    public void Dispose()
    {
        using var rm = System.Diagnostics.Process.Start("rm", ["-rf", Path]);
        rm.WaitForExit();
    }
}
