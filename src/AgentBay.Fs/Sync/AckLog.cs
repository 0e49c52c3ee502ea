namespace AgentBay.Fs.Sync;

/// <summary>
/// Which paths the store acknowledged while a listing was under way. A listing never judges what was acknowledged after it began.
/// </summary>
public sealed class AckLog
{
    private readonly Lock gate = new();
    private readonly Dictionary<TreePath, long> acknowledged = [];
    private long clock;
    private int listings;

    /// <summary>Called in the moment in which a row is written.</summary>
    public void Acknowledged(TreePath path)
    {
        lock (gate)
        {
            clock++;
            if (listings > 0)
            {
                acknowledged[path] = clock;
            }
        }
    }

    public Listing Begin()
    {
        lock (gate)
        {
            listings++;
            return new Listing(this, clock);
        }
    }

    public sealed class Listing(AckLog owner, long began) : IDisposable
    {
        /// <summary>Whether this listing may be too old to say anything of a path.</summary>
        public bool IsTooOldFor(TreePath path)
        {
            lock (owner.gate)
            {
                return owner.acknowledged.TryGetValue(path, out long at) && at > began;
            }
        }

        public void Dispose()
        {
            lock (owner.gate)
            {
                if (--owner.listings == 0)
                {
                    owner.acknowledged.Clear();
                }
            }
        }
    }
}
