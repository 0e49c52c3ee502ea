namespace AgentBay.Fs;

/// <summary>Which start of this machine it is. After another one, what programs wrote and nobody synced may be gone from the disk.</summary>
public static class MachineBoot
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id"; // random(4)

    /// <summary>Null where the system does not say: then each unclean end counts as a loss of power.</summary>
    public static string? Id { get; } = File.Exists(BootIdFile) ? File.ReadAllText(BootIdFile).Trim() : null;
}
