using System.Text;
using AgentBay.Fs.Mirror;

namespace AgentBay.Mount.Logging;

/// <summary>A log file: appended to, 0600, the one before kept as <c>.1</c> when a start finds it over 10 MB.</summary>
internal static class LogFile
{
    private const long MaxBytes = 10_000_000;

    internal static TextWriter Open(string path)
    {
        try
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
            {
                File.Move(path, path + ".1", overwrite: true);
            }

            var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
            return new StreamWriter(PrivateFile.Open(path, options), new UTF8Encoding(false)) { AutoFlush = true };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed($"The log file {path} cannot be written: {error.Message}", error);
        }
    }
}
