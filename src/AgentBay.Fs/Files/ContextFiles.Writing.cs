using System.Security.Cryptography;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Metadata;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Files;

public sealed partial class ContextFiles
{
    private const int NonceBytes = 8;
    private const int KeysAtOnce = 3;

    /// <summary>Bytes of a part, and of the largest object that goes up in one call. For tests.</summary>
    internal int PartSize { get; init; } = 8 << 20;

    /// <summary>Of the parts that are on their way. For tests.</summary>
    internal MemoryBudget PartBuffers { get; init; } = new(256 << 20);

    /// <summary>Stores a file, in the place of one that is there; of any size, in bounded memory. Nothing is seen of it before all of it is there.</summary>
    /// <param name="content">From where it stands to its end.</param>
    /// <param name="attributes">What a mount shows of it.</param>
    /// <param name="progress">Told the number of bytes stored so far.</param>
    /// <exception cref="ContextException"><see cref="ContextError.WrongKind"/>, or the context cannot be written to.</exception>
    public Task<FileEntry> PutAsync(TreePath file, Stream content, EntryAttributes attributes, IProgress<long>? progress, CancellationToken cancellationToken) =>
        PutAsync(file, content, attributes, hashed: null, progress, cancellationToken);

    /// <inheritdoc cref="PutAsync(TreePath, Stream, EntryAttributes, IProgress{long}, CancellationToken)"/>
    /// <param name="hashed">Told the number of bytes read so far, where a large file is read once before it is stored.</param>
    public async Task<FileEntry> PutAsync(
        TreePath file, Stream content, EntryAttributes attributes, IProgress<long>? hashed, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(attributes);
        await CheckWritableAsync(cancellationToken);
        await CheckPlaceAsync(file, cancellationToken);
        string key = keys.For(file, folder: false);
        string operation = NewOperation();
        var upload = new StreamUpload(store, PartSize, PartBuffers, hashed, progress);
        (PutResult stored, long size) = await upload.RunAsync(
            key, content, hash => new ObjectDescription(EntryKind.File, attributes, hash, operation).ToMetadata(), cancellationToken);
        await ConfirmAsync(key, stored.ETag, cancellationToken);
        return new FileEntry(file, key, IsFolder: false, size, stored.LastModified ?? time.GetUtcNow());
    }

    /// <summary>Deletes a file, a symlink, or an empty folder. The folder that it was in stays, as it does in a mount.</summary>
    /// <exception cref="ContextException"><see cref="ContextError.NoSuchFile"/>, <see cref="ContextError.WrongKind"/> (a folder that is not empty), or the
    /// context cannot be written to.</exception>
    public async Task DeleteAsync(TreePath path, CancellationToken cancellationToken)
    {
        await CheckWritableAsync(cancellationToken);
        string key = await TryFindAsync(path, cancellationToken) is { } file ? file.Key : await FindEmptyFolderAsync(path, cancellationToken);
        await KeepFolderAsync(path.Parent, key, cancellationToken);
        await store.DeleteAsync(key, ifMatch: null, cancellationToken);
    }

    private async Task<string> FindEmptyFolderAsync(TreePath path, CancellationToken cancellationToken)
    {
        string marker = path.IsRoot
            ? throw new ContextException(ContextError.WrongKind, "'/' is the context itself: clear or delete the context.")
            : keys.For(path, folder: true);
        ListPage below = await store.ListAsync(new ListRequest(marker) { MaxKeys = KeysAtOnce }, cancellationToken);
        return below.Objects switch
        {
            [] => throw new ContextException(ContextError.NoSuchFile, $"There is no '{Show(path)}' in context '{context.Name}'."),
            [{ Key: var only }] when only == marker => marker,
            _ => throw new ContextException(ContextError.WrongKind, $"'{Show(path)}' is a folder that is not empty: delete its files first."),
        };
    }

    /// <summary>Before its last child goes, a folder gets a marker.</summary>
    private async Task KeepFolderAsync(TreePath folder, string child, CancellationToken cancellationToken)
    {
        if (folder.IsRoot)
        {
            return;
        }

        string marker = keys.For(folder, folder: true);
        ListPage inside = await store.ListAsync(new ListRequest(marker) { MaxKeys = KeysAtOnce }, cancellationToken);
        if (inside.Objects.Any(info => info.Key != child))
        {
            return; // The marker itself, or another child.
        }

        var description = new ObjectDescription(
            EntryKind.Folder, new EntryAttributes { Mode = EntryAttributes.DefaultFolderMode, MtimeNs = ObjectMetadata.Nanoseconds(time.GetUtcNow()) }, null, NewOperation());
        _ = await store.PutAsync(
            marker, ReadOnlyMemory<byte>.Empty, new PutOptions { Metadata = description.ToMetadata(), ContentType = "application/x-directory" }, cancellationToken);
    }

    /// <summary>What went up while the context was cleared or deleted goes again.</summary>
    private async Task ConfirmAsync(string key, string etag, CancellationToken cancellationToken)
    {
        try
        {
            await guard.CheckAsync(cancellationToken);
        }
        catch (ContextException)
        {
            await store.DeleteAsync(key, etag, cancellationToken);
            throw;
        }
    }

    private static string NewOperation() => "file-" + RandomNumberGenerator.GetHexString(2 * NonceBytes, lowercase: true);
}
