using AgentBay.Fs.Contexts;
using AgentBay.Fs.Metadata;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Files;

public sealed partial class ContextFiles
{
    /// <summary>Opens a file for reading. What is read is verified where the store or the writer said what it should be.</summary>
    /// <exception cref="ContextException"><see cref="ContextError.NoSuchFile"/> or <see cref="ContextError.WrongKind"/>.</exception>
    public async Task<OpenedFile> OpenAsync(TreePath file, CancellationToken cancellationToken)
    {
        ObjectInfo info = await FindAsync(file, cancellationToken);
        ObjectDescription description = Describe(info);
        RefuseSymlink(file, description);
        ObjectContent content = await store.GetAsync(info.Key, range: null, info.ETag, cancellationToken)
            ?? throw new ContextException(ContextError.NoSuchFile, $"'{Show(file)}' was deleted just now.");
        return new OpenedFile(FileEntry.Of(file, info), description.Attributes, description.Sha256, content);
    }

    private static void RefuseSymlink(TreePath file, ObjectDescription description)
    {
        if (description.Kind == EntryKind.Symlink)
        {
            throw new ContextException(ContextError.WrongKind, $"'{Show(file)}' is a symbolic link: get the file that it points to.");
        }
    }
}
