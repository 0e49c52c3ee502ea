namespace AgentBay.Fs.Mirror;

/// <summary>Files that are made for their owner alone (0600).</summary>
public static class PrivateFile
{
    /// <param name="options">A file that is there keeps its mode.</param>
    public static FileStream Open(string path, FileStreamOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
