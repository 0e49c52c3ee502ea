namespace AgentBay.Fs.Sync;

/// <summary>Counts what a flush has to do and has done, for whoever watches.</summary>
internal sealed class Counter(IProgress<FlushProgress>? progress)
{
    private readonly Lock gate = new();
    private int total;
    private long totalBytes;

    public int Files { get; private set; }

    public long Bytes { get; private set; }

    public void Expect(IReadOnlyList<SyncAction> actions)
    {
        lock (gate)
        {
            total = Files + actions.Count;
            totalBytes = Bytes + actions.Sum(BytesOf);
        }

        Report();
    }

    /// <summary>An action begins.</summary>
    public ActionCount Begin(SyncAction action) => new(this, BytesOf(action));

    /// <param name="bytes">Below 0 where they are taken back.</param>
    internal void Add(int files, long bytes)
    {
        lock (gate)
        {
            Files += files;
            Bytes += bytes;
        }

        Report();
    }

    private static long BytesOf(SyncAction action) => action.Kind == ActionKind.Upload ? action.Local.Entry?.Size ?? 0 : 0;

    private void Report()
    {
        if (progress is not null)
        {
            lock (gate)
            {
                progress.Report(new FlushProgress(Files, total, Bytes, totalBytes));
            }
        }
    }
}
