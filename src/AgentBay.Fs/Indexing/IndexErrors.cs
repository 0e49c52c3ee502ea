using Microsoft.Data.Sqlite;

namespace AgentBay.Fs.Indexing;

/// <summary>The one map of SQLite's failures: an index that is no index is set aside, a disk that fails leaves it alone.</summary>
internal static class IndexErrors
{
    // https://sqlite.org/rescode.html
    private const int Error = 1, Corrupt = 11, Full = 13, NotADatabase = 26, ReadOnly = 8, IoErrorShmSize = 4874;

    /// <summary>The disk has no room, for the file, its log or the index of that.</summary>
    public static bool IsFull(SqliteException error) => error.SqliteErrorCode == Full || error.SqliteExtendedErrorCode == IoErrorShmSize;

    public static IOException Of(SqliteException error, string file) => error.SqliteErrorCode switch
    {
        Error or Corrupt or NotADatabase => new IndexCorruptException($"{file} cannot be read as an index: {error.Message}", error),
        _ when IsFull(error) => new FsException(FsError.NoSpace, $"The disk of the mirror is full: its index {file} cannot be written. Free some space there.", error),
        ReadOnly => new FsException(FsError.NoSpace, $"The disk of the mirror is read-only: its index {file} cannot be written. Make it writable, or name another folder with --cache-dir.", error),
        _ => new FsException(FsError.NoSpace, $"The mirror's index {file} cannot be used: {error.Message}", error),
    };
}
