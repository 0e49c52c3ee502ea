namespace AgentBay.Sdk.Mounting;

/// <summary>Mounts that one operation is for.</summary>
internal readonly struct MountSelection(IReadOnlyList<ContextMount> mounts)
{
    private readonly IReadOnlyList<ContextMount> mounts = mounts;

    /// <summary>One after the other; the failure of one does not keep the others from theirs.</summary>
    /// <exception cref="AgentBayException">Some failed; the message has all of theirs.</exception>
    internal async Task ForEachAsync(Func<ContextMount, Task> act)
    {
        List<Exception> errors = [];
        foreach (ContextMount mount in mounts)
        {
            try
            {
                await act(mount);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or TimeoutException or AgentBayException)
            {
                errors.Add(error);
            }
        }

        if (errors.Count > 0)
        {
            throw new AgentBayException(string.Join(" ", errors.Select(error => error.Message)), errors[0]);
        }
    }
}
