namespace AgentBay.Sdk.Mounting;

/// <summary>The mounts of one session that are not unmounted yet.</summary>
internal sealed class MountedContexts
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim unmounting = new(1, 1);
    private readonly List<ContextMount> mounts = [];
    private bool ended;

    internal void Add(ContextMount mount)
    {
        lock (gate)
        {
            mounts.Add(mount);
        }
    }

    /// <exception cref="AgentBayException">The session has ended.</exception>
    internal void ThrowIfEnded()
    {
        lock (gate)
        {
            if (ended)
            {
                throw new AgentBayException("The session was deleted: its folders are not mounted any more.");
            }
        }
    }

    /// <param name="contextId">Null: any.</param>
    /// <param name="path">At or in a mount; null: any.</param>
    /// <exception cref="AgentBayException">The session has none of these, or has ended.</exception>
    internal MountSelection Select(string? contextId, string? path)
    {
        ThrowIfEnded();
        ContextMount[] all = Snapshot();
        ContextMount[] selected = [.. all.Where(mount => contextId is null || mount.ContextId == contextId)];
        if (path is not null && selected.Where(mount => mount.Holds(path)).MaxBy(mount => mount.Path.Length) is { } innermost)
        {
            return new MountSelection([innermost]);
        }

        return (selected.Length > 0 && path is null) || (contextId is null && path is null)
            ? new MountSelection(selected)
            : throw new AgentBayException($"The session has no context{(contextId is null ? "" : $" {contextId}")}{(path is null ? "" : $" at {path}")}.");
    }

    /// <summary>Unmounts all, the last one first. What could not be unmounted stays, and can be tried again.</summary>
    /// <exception cref="AgentBayException">Something is in use, or not in the store.</exception>
    internal async Task UnmountAsync(bool waitForStore, CancellationToken cancellationToken)
    {
        await unmounting.WaitAsync(cancellationToken);
        try
        {
            await new MountSelection([.. Snapshot().Reverse()]).ForEachAsync(async mount =>
            {
                MountEnd end = await mount.UnmountAsync(waitForStore, cancellationToken);
                if (end.IsUnmounted)
                {
                    Remove(mount);
                }

                end.ThrowIfIncomplete();
            });
        }
        finally
        {
            unmounting.Release();
            EndIfEmpty();
        }
    }

    private ContextMount[] Snapshot()
    {
        lock (gate)
        {
            return [.. mounts];
        }
    }

    private void Remove(ContextMount mount)
    {
        lock (gate)
        {
            mounts.Remove(mount);
        }
    }

    private void EndIfEmpty()
    {
        lock (gate)
        {
            ended |= mounts.Count == 0;
        }
    }
}
