namespace AgentBay.Fs.Mirror;

/// <summary>A mirror that was deleted under its mount: what is missing there now was not deleted by a program.</summary>
internal static class DetachedMirror
{
    /// <exception cref="FsException">It is gone.</exception>
    public static void Refuse(IMirrorFiles files)
    {
        if (!files.IsAttached)
        {
            throw new FsException(FsError.Lost, "The mirror was deleted while it was mounted: nothing goes to the store from it any more, and nothing there is deleted. Unmount, and mount again; what had not been uploaded is lost.");
        }
    }
}
