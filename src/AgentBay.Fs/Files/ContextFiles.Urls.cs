using AgentBay.Fs.Contexts;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Files;

public sealed partial class ContextFiles
{
    /// <summary>A URL by which anyone stores this file, with a plain HTTP PUT, until it expires: also after a clear.</summary>
    public async Task<PresignedUrl> GetUploadUrlAsync(TreePath file, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        await CheckWritableAsync(cancellationToken);
        await CheckPlaceAsync(file, cancellationToken);
        return await store.PresignAsync(keys.For(file, folder: false), PresignedUse.Put, lifetime, cancellationToken);
    }

    /// <summary>A URL by which anyone reads this file until it expires.</summary>
    /// <exception cref="ContextException"><see cref="ContextError.NoSuchFile"/> or <see cref="ContextError.WrongKind"/>.</exception>
    public async Task<PresignedUrl> GetDownloadUrlAsync(TreePath file, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ObjectInfo info = await FindAsync(file, cancellationToken);
        RefuseSymlink(file, Describe(info));
        return await store.PresignAsync(info.Key, PresignedUse.Get, lifetime, cancellationToken);
    }
}
