namespace AgentBay.Fs.Sync;

/// <summary>Bounds what buffers hold together, in MiB. One that is larger than the whole budget waits for all of it and goes alone. First come, first served.</summary>
internal sealed class MemoryBudget(int bytes)
{
    private readonly int mebibytes = Math.Max(1, bytes >> 20);
    private readonly SemaphoreSlim free = new(Math.Max(1, bytes >> 20));

    // INVARIANT: one at a time gathers its MiB. Two that each hold half of what they need would wait for ever.
    private readonly SemaphoreSlim turn = new(1);

    /// <returns>Disposing gives it back.</returns>
    public async Task<IDisposable> TakeAsync(long size, CancellationToken cancellationToken)
    {
        var room = new Room(free);
        await turn.WaitAsync(cancellationToken);
        try
        {
            for (long wanted = Math.Clamp((size + (1 << 20) - 1) >> 20, 1, mebibytes); room.Taken < wanted; room.Taken++)
            {
                await free.WaitAsync(cancellationToken);
            }

            return room;
        }
        catch
        {
            room.Dispose();
            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    private sealed class Room(SemaphoreSlim free) : IDisposable
    {
        public int Taken { get; set; }

        public void Dispose()
        {
            if (Taken > 0)
            {
                free.Release(Taken);
                Taken = 0;
            }
        }
    }
}
