using System.Threading.Channels;
using AgentBay.Fs.Mirror;
using Microsoft.Data.Sqlite;

namespace AgentBay.Fs.Indexing;

/// <summary>One change of the index: a row to put, or a path to forget.</summary>
/// <param name="Expected">The row must still be this one, else nothing is changed; null: whatever it is.</param>
public readonly record struct IndexChange(TreePath Path, BaselineRow? Row, BaselineRow? Expected = null)
{
    /// <summary>For whoever holds no lock on the path: what another wrote meanwhile stays.</summary>
    public static IndexChange Replace(BaselineRow expected, BaselineRow row) => new(row.Path, row, expected);

    public static IndexChange Put(BaselineRow row) => new(row.Path, row);

    public static IndexChange Forget(TreePath path) => new(path, null);
}

/// <summary>
/// The baseline on disk (<c>index.db</c>, SQLite in WAL mode). INVARIANT: it holds only states that the store has acknowledged.
/// Losing its last commits to a power cut is no harm: what it does not know is compared with the store again.
/// </summary>
public sealed partial class BaselineIndex : IAsyncDisposable
{
    private const int SchemaVersion = 1;

    private const string Columns = "path, kind, key, etag, remote_size, last_modified, inode, btime, size, mtime, ctime, mode, uid, gid, xattrs, sha256, op, state";

    private readonly Lock gate = new();
    private readonly SqliteConnection connection;
    private readonly string file;
    private readonly SqliteCommand find, findByInode, children, under, put, forget;
    private readonly Channel<Batch> batches = Channel.CreateUnbounded<Batch>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task writer;
    private DiskReserve? reserve;
    private bool abandoned;

    private BaselineIndex(SqliteConnection connection)
    {
        this.connection = connection;
        file = connection.DataSource;
        find = Prepare($"SELECT {Columns} FROM baseline WHERE path = $path", "$path");
        findByInode = Prepare($"SELECT {Columns} FROM baseline WHERE inode = $inode", "$inode");
        children = Prepare($"SELECT {Columns} FROM baseline WHERE parent = $parent", "$parent");
        under = Prepare($"SELECT {Columns} FROM baseline WHERE path >= $low AND path < $high", "$low", "$high");
        put = Prepare(
            $"""
            INSERT OR REPLACE INTO baseline ({Columns}, parent)
            VALUES ($path, $kind, $key, $etag, $remote_size, $last_modified, $inode, $btime, $size, $mtime, $ctime, $mode, $uid, $gid, $xattrs, $sha256, $op, $state, $parent)
            """,
            "$path", "$kind", "$key", "$etag", "$remote_size", "$last_modified", "$inode", "$btime", "$size", "$mtime", "$ctime", "$mode", "$uid", "$gid", "$xattrs", "$sha256", "$op", "$state", "$parent");
        forget = Prepare("DELETE FROM baseline WHERE path = $path", "$path");
        writer = Task.Run(WriteBatchesAsync);
    }

    /// <summary>Opens or creates it.</summary>
    /// <exception cref="IndexCorruptException">The file is there and is not a usable index.</exception>
    /// <exception cref="FsException">The disk does not let it be used: it is full, or read-only.</exception>
    public static BaselineIndex Open(string file)
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
            CheckPages(connection, file);
            Execute(
                connection,
                """
                CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS baseline (
                    path BLOB PRIMARY KEY, parent BLOB NOT NULL, kind INTEGER NOT NULL, key TEXT NOT NULL,
                    etag TEXT, remote_size INTEGER, last_modified INTEGER,
                    inode INTEGER NOT NULL, btime INTEGER NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL, ctime INTEGER NOT NULL,
                    mode INTEGER NOT NULL, uid INTEGER, gid INTEGER, xattrs TEXT NOT NULL, sha256 TEXT, op TEXT, state INTEGER NOT NULL) WITHOUT ROWID;
                CREATE INDEX IF NOT EXISTS baseline_inode ON baseline (inode);
                CREATE INDEX IF NOT EXISTS baseline_parent ON baseline (parent);
                """ + PartsSchema);
            var index = new BaselineIndex(connection);
            index.ReadUploads();
            if (int.TryParse(index.GetMeta("schema"), out int schema) && schema != SchemaVersion)
            {
                throw new IndexCorruptException($"{file} was written by another version of agentbay-mount (schema {schema}, this one reads {SchemaVersion}).");
            }

            index.SetMeta("schema", SchemaVersion.ToString(System.Globalization.CultureInfo.InvariantCulture));
            return index;
        }
        catch (SqliteException error)
        {
            connection.Dispose();
            throw IndexErrors.Of(error, file);
        }
        catch (IOException)
        {
            connection.Dispose();
            throw;
        }
    }

    public string? GetMeta(string name) => Locked(() =>
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM meta WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        return (string?)command.ExecuteScalar();
    });

    public void SetMeta(string name, string value) => Locked(() =>
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT OR REPLACE INTO meta (name, value) VALUES ($name, $value)";
        command.Parameters.AddWithValue("$name", name);
        command.Parameters.AddWithValue("$value", value);
        return command.ExecuteNonQuery();
    });

    /// <summary>Like <see cref="SetMeta"/>, and it and all before it are on the disk when this returns: for the flag that says whether the mirror was left clean.</summary>
    public void SetMetaDurably(string name, string value) => Locked(() =>
    {
        Execute(connection, "PRAGMA synchronous = FULL");
        SetMeta(name, value);
        Execute(connection, "PRAGMA synchronous = NORMAL");
        return true;
    });

    public BaselineRow? Find(TreePath path)
    {
        lock (gate)
        {
            find.Parameters[0].Value = path.Bytes.ToArray();
            return Read(find) is [BaselineRow row] ? row : null;
        }
    }

    public IReadOnlyList<BaselineRow> FindByInode(ulong inode)
    {
        lock (gate)
        {
            findByInode.Parameters[0].Value = (long)inode;
            return Read(findByInode);
        }
    }

    /// <summary>The rows directly in a folder.</summary>
    public IReadOnlyList<BaselineRow> Children(TreePath folder)
    {
        lock (gate)
        {
            children.Parameters[0].Value = folder.Bytes.ToArray();
            return Read(children);
        }
    }

    /// <summary>All rows below a folder, without its own.</summary>
    public IReadOnlyList<BaselineRow> Under(TreePath folder)
    {
        lock (gate)
        {
            // '0' follows '/': everything between is below the folder.
            under.Parameters[0].Value = folder.IsRoot ? [1] : (byte[])[.. folder.Bytes, (byte)'/'];
            under.Parameters[1].Value = folder.IsRoot ? Enumerable.Repeat((byte)0xFF, TreePath.MaxNameLength + 1).ToArray() : [.. folder.Bytes, (byte)'0'];
            return Read(under);
        }
    }

    /// <summary>The bytes of files that are in the mirror, whole.</summary>
    public long PresentBytes()
    {
        lock (gate)
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT COALESCE(SUM(size), 0) FROM (SELECT MAX(size) AS size FROM baseline WHERE kind = $file AND state = $present AND etag IS NOT NULL GROUP BY inode)";
            command.Parameters.AddWithValue("$file", (int)EntryKind.File);
            command.Parameters.AddWithValue("$present", (int)BaselineState.Present);
            return (long)command.ExecuteScalar()!;
        }
    }

    /// <summary>From now on there is a reserve of the disk's room, and a write that finds the disk full has it.</summary>
    internal void Keep(DiskReserve ofDisk)
    {
        lock (gate)
        {
            reserve = ofDisk;
            reserve.Make();
        }
    }

    /// <summary>Commits changes together; calls made at the same time share a commit.</summary>
    public Task ApplyAsync(params IReadOnlyList<IndexChange> changes)
    {
        var batch = new Batch(changes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return batches.Writer.TryWrite(batch) ? batch.Done.Task : throw new ObjectDisposedException(nameof(BaselineIndex));
    }

    /// <summary>For tests: from now on nothing is written, as when the process has been killed.</summary>
    internal void Abandon()
    {
        lock (gate)
        {
            abandoned = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        batches.Writer.TryComplete();
        await writer;
        foreach (SqliteCommand command in new[] { find, findByInode, children, under, put, forget })
        {
            await command.DisposeAsync();
        }

        await connection.DisposeAsync();
    }

    private async Task WriteBatchesAsync()
    {
        const int mostInOneCommit = 1000;
        var taken = new List<Batch>();
        while (await batches.Reader.WaitToReadAsync())
        {
            int changes = 0;
            while (changes < mostInOneCommit && batches.Reader.TryRead(out Batch batch))
            {
                taken.Add(batch);
                changes += batch.Changes.Count;
            }

            try
            {
                Locked(() => Commit(taken));
                taken.ForEach(batch => batch.Done.SetResult());
            }
            catch (Exception error)
            {
                // Whoever waits is told, whatever it was: the writer lives as long as the index does.
                taken.ForEach(batch => batch.Done.SetException(error));
            }

            taken.Clear();
        }
    }

    private int Commit(List<Batch> taken)
    {
        ObjectDisposedException.ThrowIf(abandoned, this);
        using SqliteTransaction transaction = connection.BeginTransaction();
        find.Transaction = put.Transaction = forget.Transaction = transaction;
        try
        {
            foreach (IndexChange change in taken.SelectMany(batch => batch.Changes))
            {
                if (change.Expected is { } expected && Find(change.Path) != expected)
                {
                    continue;
                }

                if (change.Row is { } row)
                {
                    Put(row);
                }
                else
                {
                    forget.Parameters[0].Value = change.Path.Bytes.ToArray();
                    forget.ExecuteNonQuery();
                }
            }

            transaction.Commit();
            return taken.Count;
        }
        finally
        {
            find.Transaction = put.Transaction = forget.Transaction = null;
        }
    }

    private void Put(BaselineRow row)
    {
        object[] values =
        [
            row.Path.Bytes.ToArray(), (int)row.Kind, row.Key, OrNull(row.Remote?.ETag), OrNull(row.Remote?.Size), OrNull(row.Remote?.LastModified?.UtcTicks),
            (long)row.Identity.Inode, row.Identity.BirthTimeNs, row.Size, row.MtimeNs, row.CtimeNs,
            (long)row.Mode, OrNull((long?)row.Uid), OrNull((long?)row.Gid), row.Xattrs, OrNull(row.Sha256), OrNull(row.OperationId), (int)row.State, row.Path.Parent.Bytes.ToArray(),
        ];
        for (int i = 0; i < values.Length; i++)
        {
            put.Parameters[i].Value = values[i];
        }

        put.ExecuteNonQuery();

        static object OrNull(object? value) => value ?? DBNull.Value;
    }

    private List<BaselineRow> Read(SqliteCommand command)
    {
        try
        {
            return ReadRows(command);
        }
        catch (SqliteException error)
        {
            throw IndexErrors.Of(error, file);
        }
        catch (Exception error) when (error is FormatException or InvalidCastException)
        {
            throw new IndexCorruptException($"{file} holds a row that cannot be one: {error.Message}", error);
        }
    }

    private T Locked<T>(Func<T> call)
    {
        lock (gate)
        {
            try
            {
                T result = CallWithRoom(call);
                reserve?.Make(); // Where it was given up, and where there is more room than there was.
                return result;
            }
            catch (SqliteException error)
            {
                throw IndexErrors.Of(error, file);
            }
        }
    }

    private T CallWithRoom<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (SqliteException error) when (reserve is not null && IndexErrors.IsFull(error))
        {
            // The log gives its room back: else it, not the index, would take up the reserve of a small disk.
            reserve.GiveUp();
            Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            return call();
        }
    }

    private static List<BaselineRow> ReadRows(SqliteCommand command)
    {
        var rows = new List<BaselineRow>();
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            rows.Add(new BaselineRow
            {
                Path = TreePath.Parse(reader.GetFieldValue<byte[]>(0)),
                Kind = (EntryKind)reader.GetInt32(1),
                Key = reader.GetString(2),
                Remote = reader.IsDBNull(3) ? null
                    : new RemoteVersion(reader.GetString(3), reader.GetInt64(4), reader.IsDBNull(5) ? null : new DateTimeOffset(reader.GetInt64(5), TimeSpan.Zero)),
                Identity = new FileIdentity((ulong)reader.GetInt64(6), reader.GetInt64(7)),
                Size = reader.GetInt64(8),
                MtimeNs = reader.GetInt64(9),
                CtimeNs = reader.GetInt64(10),
                Mode = (uint)reader.GetInt64(11),
                Uid = reader.IsDBNull(12) ? null : (uint)reader.GetInt64(12),
                Gid = reader.IsDBNull(13) ? null : (uint)reader.GetInt64(13),
                Xattrs = reader.GetString(14),
                Sha256 = reader.IsDBNull(15) ? null : reader.GetString(15),
                OperationId = reader.IsDBNull(16) ? null : reader.GetString(16),
                State = (BaselineState)reader.GetInt32(17),
            });
        }

        return rows;
    }

    private SqliteCommand Prepare(string text, params string[] parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        foreach (string name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }

    /// <summary>Pages that cannot be read are found here, before anybody relies on a part of them.</summary>
    private static void CheckPages(SqliteConnection connection, string file)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA quick_check(1)";
        if (command.ExecuteScalar() as string is not "ok" and var problem)
        {
            throw new IndexCorruptException($"{file} is damaged: {problem?.ReplaceLineEndings(" ")}");
        }
    }

    private static void Execute(SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private readonly record struct Batch(IReadOnlyList<IndexChange> Changes, TaskCompletionSource Done);
}

/// <summary>The index cannot be used: it is set aside and rebuilt from mirror and store.</summary>
public sealed class IndexCorruptException(string message, Exception? inner = null) : IOException(message, inner);
