using AgentBay.Fs.Contexts;
using AgentBay.Fs.Keys;
using AgentBay.Fs.Metadata;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Files;

/// <summary>
/// The files of a context, directly in the store, without a mount. A mount sees what is changed here as it sees what another session
/// changes. Failures are <see cref="ContextException"/> and <see cref="StoreException"/>.
/// </summary>
/// <param name="context">As it was found just now: where it is cleared or deleted meanwhile, nothing is written.</param>
public sealed partial class ContextFiles(IObjectStore store, ContextRecord context, TimeProvider time)
{
    private const int MostOnAPage = 1000;

    private readonly ContextKeys keys = new(context.Prefix, store.Properties.MaxKeyBytes);
    private readonly ContextGuard guard = new(new ContextCatalog(store, time), context, time);

    /// <summary>Some of the names directly in a folder.</summary>
    /// <param name="page">From 1; beyond the last one there is nothing.</param>
    /// <param name="pageSize">1 to 1,000.</param>
    /// <exception cref="ContextException"><see cref="ContextError.NoSuchFile"/>, <see cref="ContextError.WrongKind"/> or <see cref="ContextError.InvalidPage"/>.</exception>
    public async Task<FilePage> ListAsync(TreePath folder, int page, int pageSize, CancellationToken cancellationToken)
    {
        if (page < 1 || pageSize is < 1 or > MostOnAPage)
        {
            throw new ContextException(ContextError.InvalidPage, $"Pages are counted from 1 and have 1 to {MostOnAPage} names: there is no page {page} of {pageSize}.");
        }

        Dictionary<TreePath, ListedName> names = await FolderListing.ReadAsync(store, keys, folder, ignored: static _ => { }, cancellationToken);
        if (names.Count == 0)
        {
            await CheckFolderAsync(folder, cancellationToken);
        }

        IEnumerable<FileEntry> entries = names.OrderBy(name => name.Key)
            .Skip((int)Math.Min(int.MaxValue, (page - 1L) * pageSize))
            .Take(pageSize)
            .Select(name => name.Value.Info is { } info ? FileEntry.Of(name.Key, info) : new FileEntry(name.Key, name.Value.Key, IsFolder: true, 0, null));
        return new FilePage([.. entries], names.Count);
    }

    private async Task CheckWritableAsync(CancellationToken cancellationToken)
    {
        ContextCatalog.RefuseBusy(context);
        await guard.CheckAsync(cancellationToken);
    }

    /// <summary>The object of a file or symlink.</summary>
    private async Task<ObjectInfo> FindAsync(TreePath file, CancellationToken cancellationToken) =>
        await TryFindAsync(file, cancellationToken)
        ?? throw (await IsFolderAsync(file, cancellationToken)
            ? new ContextException(ContextError.WrongKind, $"'{Show(file)}' is a folder.")
            : new ContextException(ContextError.NoSuchFile, $"There is no '{Show(file)}' in context '{context.Name}'."));

    private async Task<ObjectInfo?> TryFindAsync(TreePath file, CancellationToken cancellationToken)
    {
        if (file.IsRoot)
        {
            return null;
        }

        ObjectInfo? info = await store.HeadAsync(keys.For(file, folder: false), cancellationToken);
        if (info is null && keys.TryShadowedKey(file, out string? shadowed))
        {
            info = await store.HeadAsync(shadowed, cancellationToken);
        }

        return info is null || (Describe(info).Kind == EntryKind.Folder && info.Key[^1] != '/') ? null : info;
    }

    private async Task<bool> IsFolderAsync(TreePath path, CancellationToken cancellationToken) =>
        path.IsRoot || (await store.ListAsync(new ListRequest(keys.For(path, folder: true)) { MaxKeys = 1 }, cancellationToken)).Objects.Count > 0;

    private async Task CheckFolderAsync(TreePath folder, CancellationToken cancellationToken)
    {
        if (await IsFolderAsync(folder, cancellationToken))
        {
            return;
        }

        throw await TryFindAsync(folder, cancellationToken) is not null
            ? new ContextException(ContextError.WrongKind, $"'{Show(folder)}' is a file, not a folder.")
            : new ContextException(ContextError.NoSuchFile, $"There is no folder '{Show(folder)}' in context '{context.Name}'.");
    }

    /// <summary>Where a file is there can be no folder, and the other way round: a mount would have to show one of them under another name.</summary>
    private async Task CheckPlaceAsync(TreePath file, CancellationToken cancellationToken)
    {
        Task<bool> isFolder = IsFolderAsync(file, cancellationToken);
        var above = new List<TreePath>();
        for (TreePath folder = file.Parent; !folder.IsRoot; folder = folder.Parent)
        {
            above.Add(folder);
        }

        ObjectInfo?[] inTheWay = await Task.WhenAll(above.Select(folder => TryFindAsync(folder, cancellationToken)));
        if (await isFolder)
        {
            throw new ContextException(ContextError.WrongKind, $"'{Show(file)}' is a folder: say the file's name in it too.");
        }

        if (Array.FindIndex(inTheWay, info => info is not null) is >= 0 and var first)
        {
            throw new ContextException(ContextError.WrongKind, $"'{Show(above[first])}' is a file: nothing can be below it.");
        }
    }

    private static ObjectDescription Describe(ObjectInfo info) => ObjectDescription.FromObject(info.Key, info, DefaultAttributes.Standard);

    private static string Show(TreePath path) => FilePath.Printable(path.IsRoot ? "/" : $"/{path}");
}
