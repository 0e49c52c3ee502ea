namespace AgentBay.Testing;

/// <summary>The program under test.</summary>
public static class BuiltProgram
{
    /// <summary>What <c>AGENTBAY_MOUNT_PROGRAM</c> names, else <c>artifacts/agentbay-mount</c> above the tests.</summary>
    public static string FullPath { get; } = Environment.GetEnvironmentVariable("AGENTBAY_MOUNT_PROGRAM") ?? Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "artifacts", "agentbay-mount");
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new FileNotFoundException("There is no artifacts/agentbay-mount: run ./build.sh build first.");
    }
}
