namespace AgentBay.ObjectStore;

internal static class EnvironmentVariable
{
    /// <returns>Null also for an empty one.</returns>
    internal static string? Find(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
