namespace AgentBay.Sdk.Mounting;

/// <summary>The folder that a context is mounted on.</summary>
internal static class MountFolder
{
    /// <summary>Makes it where it is missing.</summary>
    /// <exception cref="AgentBayException">It cannot be made; the message is the guide's, and says what to do.</exception>
    internal static void Make(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (UnauthorizedAccessException error)
        {
            throw Failed(path, "Permission denied", "Use a directory with write permission, such as one below your home folder or /tmp.", error);
        }
        catch (IOException error)
        {
            throw Failed(path, error.Message, "Use a directory with write permission.", error);
        }
    }

    private static AgentBayException Failed(string path, string reason, string advice, Exception error) =>
        new($"Failed to create directory: {path}, error: {reason.TrimEnd('.')}. {advice}", error);
}
