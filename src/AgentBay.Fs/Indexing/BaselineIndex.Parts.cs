using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace AgentBay.Fs.Indexing;

/// <summary>What large objects consist of, part by part, and the uploads that have begun. To lose any of it costs bytes that are sent again, nothing else.</summary>
public sealed partial class BaselineIndex
{
    private const string PartsSchema =
        """
        CREATE TABLE IF NOT EXISTS parts (key TEXT PRIMARY KEY, etag TEXT NOT NULL, part_size INTEGER NOT NULL, hashes BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS uploads (key TEXT PRIMARY KEY, id TEXT NOT NULL, op TEXT NOT NULL, description TEXT NOT NULL) WITHOUT ROWID;
        DELETE FROM parts WHERE key NOT IN (SELECT key FROM baseline);
        """;

    private readonly ConcurrentDictionary<string, BegunUpload> uploads = new();

    /// <returns>Null when nobody has seen the bytes of this version.</returns>
    public PartHashes? FindParts(string key, string etag) => Locked(() =>
    {
        using SqliteCommand command = Command("SELECT part_size, hashes FROM parts WHERE key = $key AND etag = $etag", ("$key", key), ("$etag", etag));
        using SqliteDataReader reader = command.ExecuteReader();
        return reader.Read() ? new PartHashes(reader.GetInt32(0), reader.GetFieldValue<byte[]>(1)) : null;
    });

    public void PutParts(string key, string etag, PartHashes parts) => Write(
        "INSERT OR REPLACE INTO parts (key, etag, part_size, hashes) VALUES ($key, $etag, $size, $hashes)",
        ("$key", key), ("$etag", etag), ("$size", parts.PartSize), ("$hashes", parts.Bytes.ToArray()));

    /// <summary>An object was copied: its copy has the same parts.</summary>
    public void CopyParts(string fromKey, string fromETag, string key, string etag) => Write(
        "INSERT OR REPLACE INTO parts (key, etag, part_size, hashes) SELECT $key, $etag, part_size, hashes FROM parts WHERE key = $from AND etag = $fromEtag",
        ("$key", key), ("$etag", etag), ("$from", fromKey), ("$fromEtag", fromETag));

    public void ForgetParts(string key) => Write("DELETE FROM parts WHERE key = $key", ("$key", key));

    public BegunUpload? FindUpload(string key) => uploads.GetValueOrDefault(key);

    public void PutUpload(BegunUpload upload)
    {
        Write(
            "INSERT OR REPLACE INTO uploads (key, id, op, description) VALUES ($key, $id, $op, $description)",
            ("$key", upload.Key), ("$id", upload.Id), ("$op", upload.OperationId), ("$description", upload.Description));
        uploads[upload.Key] = upload;
    }

    public void ForgetUpload(string key)
    {
        if (uploads.TryRemove(key, out _))
        {
            Write("DELETE FROM uploads WHERE key = $key", ("$key", key));
        }
    }

    private void ReadUploads()
    {
        using SqliteCommand command = Command("SELECT key, id, op, description FROM uploads");
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            uploads[reader.GetString(0)] = new BegunUpload(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3));
        }
    }

    private void Write(string text, params (string Name, object Value)[] parameters) => _ = Locked(() =>
    {
        ObjectDisposedException.ThrowIf(abandoned, this);
        using SqliteCommand command = Command(text, parameters);
        return command.ExecuteNonQuery();
    });

    private SqliteCommand Command(string text, params (string Name, object Value)[] parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        foreach ((string name, object value) in parameters)
        {
            _ = command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
