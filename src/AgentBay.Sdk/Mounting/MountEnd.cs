namespace AgentBay.Sdk.Mounting;

/// <summary>How an unmount went.</summary>
/// <param name="Problem">Null when there is none.</param>
internal readonly record struct MountEnd(bool IsUnmounted, string? Problem = null)
{
    /// <exception cref="AgentBayException">There is a problem.</exception>
    internal void ThrowIfIncomplete()
    {
        if (Problem is not null)
        {
            throw new AgentBayException(Problem);
        }
    }
}
