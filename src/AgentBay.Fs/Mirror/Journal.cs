namespace AgentBay.Fs.Mirror;

/// <summary>
/// What was changed through the mount since it was last taken: names to look at, and inodes whose bytes may have changed.
/// It may report too much, never too little; what a name is now is read from the mirror when the journal is taken.
/// </summary>
/// <param name="time">Tells since when a change waits.</param>
public sealed class Journal(TimeProvider time)
{
    private readonly TimeProvider time = time;
    private readonly Lock gate = new();
    private readonly Dictionary<TreePath, JournalEntry> names = [];
    private readonly Dictionary<ulong, long> written = [];
    private readonly Dictionary<ulong, Writer> writers = [];
    private long clock;

    /// <summary>Raised after a change, on the thread that made it.</summary>
    public event Action? Changed;

    /// <summary>How many names wait to be looked at.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return names.Count;
            }
        }
    }

    /// <summary>A name appeared, went, or names another inode now; or its attributes changed.</summary>
    public void NameChanged(TreePath path)
    {
        lock (gate)
        {
            Note(path, withTree: false);
        }

        Changed?.Invoke();
    }

    /// <summary>
    /// Bytes of an inode may have changed. Also when one of several names of an inode is unlinked or renamed over: what was changed by that
    /// name is the others' too, and only the inode leads to them.
    /// </summary>
    public void DataChanged(TreePath path, ulong inode)
    {
        lock (gate)
        {
            Note(path, withTree: false);
            written[inode] = clock;
        }

        Changed?.Invoke();
    }

    /// <summary>A name moved, with everything below it if it is a folder.</summary>
    public void Renamed(TreePath from, TreePath to, bool folder)
    {
        lock (gate)
        {
            Note(from, folder);
            Note(to, folder);
            foreach (Writer writer in writers.Values)
            {
                writer.Path = Moved(writer.Path, from, to);
            }
        }

        Changed?.Invoke();
    }

    /// <summary>Two names changed places, each with everything below it.</summary>
    public void Exchanged(TreePath one, TreePath other)
    {
        lock (gate)
        {
            Note(one, withTree: true);
            Note(other, withTree: true);
            foreach (Writer writer in writers.Values)
            {
                writer.Path = writer.Path.IsAtOrUnder(one) ? Moved(writer.Path, one, other) : Moved(writer.Path, other, one);
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

            Note(path, withTree: false);
            written[inode] = clock;
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

    /// <summary>Whether an inode's bytes may have changed since its last flush.</summary>
    public bool MayBeWritten(ulong inode)
    {
        lock (gate)
        {
            return written.ContainsKey(inode) || writers.ContainsKey(inode);
        }
    }

    /// <summary>Now, as <see cref="Read"/> counts.</summary>
    internal long Clock
    {
        get
        {
            lock (gate)
            {
                return clock;
            }
        }
    }

    /// <summary>The inodes whose bytes may have changed: a name by which they were written may be gone while others stay.</summary>
    internal IReadOnlyList<ulong> WrittenInodes()
    {
        lock (gate)
        {
            return [.. written.Keys];
        }
    }

    /// <summary>Whether an inode's bytes may have changed since they were looked at.</summary>
    internal bool MayBeWrittenSince(ulong inode, long at)
    {
        lock (gate)
        {
            return writers.ContainsKey(inode) || (written.TryGetValue(inode, out long writtenAt) && writtenAt > at);
        }
    }

    /// <summary>The files that handles or maps may write to now.</summary>
    public IReadOnlyList<OpenWriter> Writers()
    {
        lock (gate)
        {
            return writers.Select(writer => new OpenWriter(writer.Value.Path, writer.Key, writer.Value.Count == 0)).ToList();
        }
    }

    /// <summary>Whether a name was changed through the mount since it was last dealt with, by itself or with a folder above it.</summary>
    public bool Notes(TreePath path)
    {
        lock (gate)
        {
            bool noted = names.ContainsKey(path);
            for (TreePath above = path; !noted && !above.IsRoot;)
            {
                above = above.Parent;
                noted = names.TryGetValue(above, out JournalEntry entry) && entry.WithTree;
            }

            return noted;
        }
    }

    /// <summary>What is noted now. Nothing is taken out: <see cref="Done"/> does that for what has been dealt with.</summary>
    public IReadOnlyDictionary<TreePath, JournalEntry> Read(out long at)
    {
        lock (gate)
        {
            at = clock;
            return new Dictionary<TreePath, JournalEntry>(names);
        }
    }

    /// <summary>A name has been dealt with as it was at <paramref name="at"/>: what was noted later stays.</summary>
    /// <param name="withTree">And so was everything below it; else a name that was noted with its tree stays noted.</param>
    public void Done(TreePath path, ulong? inode, long at, bool withTree = true)
    {
        lock (gate)
        {
            if (names.TryGetValue(path, out JournalEntry entry) && entry.At <= at && (withTree || !entry.WithTree))
            {
                names.Remove(path);
            }

            if (inode is ulong number && written.TryGetValue(number, out long writtenAt) && writtenAt <= at)
            {
                written.Remove(number);
            }
        }
    }

    /// <summary>All that was noted at <paramref name="at"/> has been looked at: inodes whose names are all gone are written no more.</summary>
    /// <param name="except">Not dealt with.</param>
    internal void ForgetWritten(long at, IReadOnlySet<ulong?> except)
    {
        lock (gate)
        {
            foreach ((ulong inode, long writtenAt) in written)
            {
                if (writtenAt <= at && !except.Contains(inode) && !writers.ContainsKey(inode))
                {
                    written.Remove(inode);
                }
            }
        }
    }

    /// <summary>A name was looked at as it was at <paramref name="at"/> and is not done: it stays noted, as old as it is.</summary>
    internal void NotDone(TreePath path, long at)
    {
        lock (gate)
        {
            names.TryAdd(path, new JournalEntry(at, false, time.GetUtcNow()));
        }

        Changed?.Invoke();
    }

    /// <summary>Names that wait for something else than a pass: it tells who listens. They may have been noted by a folder above alone, which is done.</summary>
    internal void HeldBack(IEnumerable<TreePath> paths, long at)
    {
        lock (gate)
        {
            foreach (TreePath path in paths)
            {
                names.TryAdd(path, new JournalEntry(at, false, time.GetUtcNow()));
            }
        }
    }

    private static TreePath Moved(TreePath path, TreePath from, TreePath to) => path.IsAtOrUnder(from) ? path.Rebase(from, to) : path;

    private void Note(TreePath path, bool withTree)
    {
        bool known = names.TryGetValue(path, out JournalEntry old);
        names[path] = new JournalEntry(++clock, withTree || (known && old.WithTree), known ? old.Since : time.GetUtcNow());
    }

    private sealed class Writer
    {
        internal required TreePath Path { get; set; }
        internal int Count { get; set; }
        internal bool Mapped { get; set; }
    }
}

/// <summary>A file that may be written to now.</summary>
/// <param name="OnlyMapped">No handle is open any more, but a map may still write.</param>
public readonly record struct OpenWriter(TreePath Path, ulong Inode, bool OnlyMapped);

/// <summary>One noted name.</summary>
/// <param name="At">The journal's clock when it was last noted.</param>
/// <param name="WithTree">Everything below it is to be looked at too.</param>
/// <param name="Since">When it was first noted.</param>
public readonly record struct JournalEntry(long At, bool WithTree, DateTimeOffset Since);
