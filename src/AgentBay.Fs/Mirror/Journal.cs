namespace AgentBay.Fs.Mirror;

/// <summary>
/// What was changed through the mount since it was last taken: names to look at, and inodes whose bytes may have changed.
/// It may report too much, never too little; what a name is now is read from the mirror when the journal is taken.
/// </summary>
public sealed class Journal
{
    private readonly Lock gate = new();
    private readonly Dictionary<TreePath, bool> names = []; // value: everything below it too
    private readonly HashSet<ulong> written = [];
    private readonly Dictionary<ulong, Writer> writers = [];

    /// <summary>Raised after a change, on the thread that made it.</summary>
    public event Action? Changed;

    /// <summary>A name appeared, went, or names another inode now; or its attributes changed.</summary>
    public void NameChanged(TreePath path)
    {
        lock (gate)
        {
            names.TryAdd(path, false);
        }

        Changed?.Invoke();
    }

    /// <summary>Bytes of an inode may have changed.</summary>
    public void DataChanged(TreePath path, ulong inode)
    {
        lock (gate)
        {
            names.TryAdd(path, false);
            written.Add(inode);
        }

        Changed?.Invoke();
    }

    /// <summary>A name moved, with everything below it if it is a folder. Both of an exchange: call it twice.</summary>
    public void Renamed(TreePath from, TreePath to, bool folder)
    {
        lock (gate)
        {
            names[from] = folder || names.GetValueOrDefault(from);
            names[to] = folder || names.GetValueOrDefault(to);
            foreach (Writer writer in writers.Values)
            {
                if (writer.Path.IsAtOrUnder(from))
                {
                    writer.Path = writer.Path.Rebase(from, to);
                }
            }
        }

        Changed?.Invoke();
    }

    /// <summary>A handle that can write was opened. Writes in passthrough and through maps are not seen, so the file is looked at until it is closed.</summary>
    public void WriterOpened(TreePath path, ulong inode)
    {
        lock (gate)
        {
            if (writers.TryGetValue(inode, out Writer? writer))
            {
                writer.Count++;
            }
            else
            {
                writers.Add(inode, new Writer { Path = path, Count = 1 });
            }
        }
    }

    /// <summary>A handle that could write was closed: the file counts as changed.</summary>
    /// <param name="stillMapped">A map may still write: the file stays on the list until <see cref="WriterGone"/>.</param>
    public void WriterClosed(TreePath path, ulong inode, bool stillMapped)
    {
        lock (gate)
        {
            if (writers.TryGetValue(inode, out Writer? writer))
            {
                writer.Mapped |= stillMapped;
                if (--writer.Count == 0 && !writer.Mapped)
                {
                    writers.Remove(inode);
                }
            }

            names.TryAdd(path, false);
            written.Add(inode);
        }

        Changed?.Invoke();
    }

    /// <summary>No map writes to this inode any more.</summary>
    public void WriterGone(ulong inode)
    {
        lock (gate)
        {
            if (writers.TryGetValue(inode, out Writer? writer))
            {
                writer.Mapped = false;
                if (writer.Count == 0)
                {
                    writers.Remove(inode);
                }
            }
        }
    }

    /// <summary>Whether a handle or a map may write to this inode now.</summary>
    public bool HasWriter(ulong inode)
    {
        lock (gate)
        {
            return writers.ContainsKey(inode);
        }
    }

    private sealed class Writer
    {
        internal required TreePath Path { get; set; }
        internal int Count { get; set; }
        internal bool Mapped { get; set; }
    }
}
