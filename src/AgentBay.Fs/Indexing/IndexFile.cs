using System.Globalization;
using AgentBay.Fs.Sync;
using Microsoft.Extensions.Logging;

namespace AgentBay.Fs.Indexing;

/// <summary>The index's file, which is not worth more than the mirror: one that is no index goes aside, and marks and content make a new one.</summary>
internal static class IndexFile
{
    private static readonly string[] Parts = ["", "-wal", "-shm"];

    /// <exception cref="FsException">The disk does not let it be used.</exception>
    public static BaselineIndex OpenOrSetAside(string file, TimeProvider time, ILogger logger)
    {
        try
        {
            return BaselineIndex.Open(file);
        }
        catch (IndexCorruptException error)
        {
            string aside = SetAside(file, time);
            Log.IndexSetAside(logger, error.Message, aside);
            return BaselineIndex.Open(file);
        }
    }

    /// <returns>Where it is now.</returns>
    public static string SetAside(string file, TimeProvider time)
    {
        string stem = string.Create(CultureInfo.InvariantCulture, $"{file}.corrupt-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}");
        string aside = stem;
        for (int n = 1; File.Exists(aside); n++)
        {
            aside = string.Create(CultureInfo.InvariantCulture, $"{stem}-{n}");
        }

        Move(file, aside);
        return aside;
    }

    /// <summary>With its log, which goes first: without its file SQLite would never apply it to the next index.</summary>
    public static void Move(string from, string to)
    {
        foreach (string part in Parts.Reverse().Where(part => File.Exists(from + part)))
        {
            File.Move(from + part, to + part);
        }
    }
}
