using AgentBay.ObjectStore;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>The process is dead: whoever still runs in the test's process finds nothing to work with.</summary>
internal sealed class KilledException() : Exception("killed");

/// <summary>Kills or acts at the n-th time that a step is reached.</summary>
internal sealed class FaultSwitch
{
    private readonly Lock gate = new();
    private readonly HashSet<string> seen = [];
    private (string Step, int Left, Action Act, bool Kills)? armed;
    private volatile bool dead;

    public bool IsDead => dead;

    public IReadOnlyCollection<string> Seen
    {
        get
        {
            lock (gate)
            {
                return [.. seen];
            }
        }
    }

    public void Kill() => dead = true;

    public void Revive()
    {
        Disarm();
        dead = false;
    }

    public void Disarm()
    {
        lock (gate)
        {
            armed = null;
        }
    }

    public void Arm(string step, int number, Action killed)
    {
        lock (gate)
        {
            armed = (step, number, killed, true);
        }
    }

    public void Act(string step, int number, Action act)
    {
        lock (gate)
        {
            armed = (step, number, act, false);
        }
    }

    public void ThrowIfDead()
    {
        if (dead)
        {
            throw new KilledException();
        }
    }

    public void Reached(string step)
    {
        ThrowIfDead();
        Action? act = null;
        bool kills = false;
        lock (gate)
        {
            seen.Add(step);
            if (armed is { } order && order.Step == step)
            {
                armed = order with { Left = order.Left - 1 };
                if (order.Left == 1)
                {
                    (act, kills) = (order.Act, order.Kills);
                    dead = kills;
                }
            }
        }

        act?.Invoke();
        if (kills)
        {
            throw new KilledException();
        }
    }
}

/// <summary>A dead process sends nothing any more; what the store has begun it ends.</summary>
internal sealed class KillableStore(IObjectStore inner, FaultSwitch faults) : IObjectStore
{
    public StoreProperties Properties => inner.Properties;

    public Task<ListPage> ListAsync(ListRequest request, CancellationToken cancellationToken) => Alive(() => inner.ListAsync(request, cancellationToken));

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) => Alive(() => inner.HeadAsync(key, cancellationToken));

    public Task<ObjectContent?> GetAsync(string key, ByteRange? range, string? ifMatch, CancellationToken cancellationToken) =>
        Alive(() => inner.GetAsync(key, range, ifMatch, cancellationToken));

    public Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> body, PutOptions options, CancellationToken cancellationToken) =>
        Alive(() => inner.PutAsync(key, body, options, cancellationToken));

    public Task<IMultipartUpload> BeginMultipartAsync(string key, PutOptions options, CancellationToken cancellationToken) =>
        Alive<IMultipartUpload>(async () => new KillableUpload(await inner.BeginMultipartAsync(key, options, cancellationToken), faults));

    public Task<PutResult?> CopyAsync(string sourceKey, string key, CopyOptions options, CancellationToken cancellationToken) =>
        Alive(() => inner.CopyAsync(sourceKey, key, options, cancellationToken));

    public Task DeleteAsync(string key, string? ifMatch, CancellationToken cancellationToken) => Alive(async () =>
    {
        await inner.DeleteAsync(key, ifMatch, cancellationToken);
        return true;
    });

    public Task<IReadOnlyList<KeyValuePair<string, StoreException>>> DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        Alive(() => inner.DeleteManyAsync(keys, cancellationToken));

    public Task<IMultipartUpload?> ResumeMultipartAsync(string key, string uploadId, PutOptions options, CancellationToken cancellationToken) =>
        Alive<IMultipartUpload?>(async () => await inner.ResumeMultipartAsync(key, uploadId, options, cancellationToken) is { } upload ? new KillableUpload(upload, faults) : null);

    public Task<IReadOnlyList<PendingUpload>> ListUploadsAsync(string prefix, CancellationToken cancellationToken) => Alive(() => inner.ListUploadsAsync(prefix, cancellationToken));

    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken) => Alive(async () =>
    {
        await inner.AbortUploadAsync(key, uploadId, cancellationToken);
        return true;
    });

    public Task<PresignedUrl> PresignAsync(string key, PresignedUse use, TimeSpan lifetime, CancellationToken cancellationToken) =>
        Alive(() => inner.PresignAsync(key, use, lifetime, cancellationToken));

    public Task<IUrlEndpoint?> ServeUrlsAsync(UrlServing serving, CancellationToken cancellationToken) => Alive(() => inner.ServeUrlsAsync(serving, cancellationToken));

    public Task<IReadOnlyList<ExpiryRule>> GetExpiryRulesAsync(CancellationToken cancellationToken) => Alive(() => inner.GetExpiryRulesAsync(cancellationToken));

    public Task SetExpiryRulesAsync(string ownerPrefix, IReadOnlyList<ExpiryRule> rules, CancellationToken cancellationToken) => Alive(async () =>
    {
        await inner.SetExpiryRulesAsync(ownerPrefix, rules, cancellationToken);
        return true;
    });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<T> Alive<T>(Func<Task<T>> call)
    {
        faults.ThrowIfDead();
        return await call();
    }
}

/// <summary>A dead process aborts nothing.</summary>
internal sealed class KillableUpload(IMultipartUpload inner, FaultSwitch faults) : IMultipartUpload
{
    public string Id => inner.Id;

    public IReadOnlyList<UploadedPart> Parts => inner.Parts;

    public Task UploadPartAsync(int number, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        faults.ThrowIfDead();
        return inner.UploadPartAsync(number, body, cancellationToken);
    }

    public Task CopyPartAsync(int number, string sourceKey, ByteRange range, string? sourceIfMatch, CancellationToken cancellationToken)
    {
        faults.ThrowIfDead();
        return inner.CopyPartAsync(number, sourceKey, range, sourceIfMatch, cancellationToken);
    }

    public Task<PutResult> CompleteAsync(CancellationToken cancellationToken)
    {
        faults.ThrowIfDead();
        return inner.CompleteAsync(cancellationToken);
    }

    public void Keep() => inner.Keep();

    public async ValueTask DisposeAsync()
    {
        if (!faults.IsDead)
        {
            await inner.DisposeAsync();
        }
    }
}
