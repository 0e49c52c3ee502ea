using AgentBay.Fs.Keys;

namespace AgentBay.Fs.Mirror;

/// <summary>What is said of a file that was moved before it was read, when the object with its bytes went elsewhere meanwhile.</summary>
internal static class LostBytes
{
    public static FsException Of(TreePath path, PlaceholderMark mark)
    {
        string from = ContextKeys.IsAside(mark.Key) ? "the copy that held them" : $"the object that held them, {mark.Key},";
        return new FsException(FsError.Lost, $"The bytes of {path} are gone: it was moved here before they were read, and {from} was replaced or deleted in the store by somebody else. Delete {path}; what is in the store now shows under its own name.");
    }
}
