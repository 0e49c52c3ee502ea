namespace AgentBay.Fs.Control;

/// <summary>A process that keeps a mount from being unmounted.</summary>
/// <param name="Name">Its command's name; empty when it cannot be read.</param>
public sealed record BusyProcess(int Pid, string Name)
{
    /// <summary>Several, for people: <c>process 7 (bash), 8 (vi)</c>.</summary>
    public static string Describe(IReadOnlyList<BusyProcess> processes)
    {
        ArgumentNullException.ThrowIfNull(processes);
        return processes.Count == 0
            ? "a process of another user"
            : "process " + string.Join(", ", processes.Select(process => $"{process.Pid} ({(process.Name.Length > 0 ? process.Name : "?")})"));
    }
}
