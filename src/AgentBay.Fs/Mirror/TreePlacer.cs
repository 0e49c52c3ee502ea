using AgentBay.Fs.Indexing;
using AgentBay.Fs.Metadata;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Mirror;

/// <summary>An object as it is in the store now, with what its metadata says.</summary>
/// <param name="LinkTarget">A symlink's body.</param>
internal sealed record RemoteObject(string Key, RemoteVersion Version, ObjectDescription Description, byte[]? LinkTarget);

/// <summary>Brings names of the store into the mirror, and takes them away: the download side.</summary>
internal sealed class TreePlacer(OpenMirror mirror)
{
    /// <summary>Told of each folder that goes, by its inode, before the number can come again.</summary>
    public Action<ulong>? FolderRemoved { get; set; }

    /// <summary>Reads what a listing does not carry.</summary>
    /// <returns>Null when the object is gone.</returns>
    public async Task<RemoteObject?> DescribeAsync(string key, CancellationToken cancellationToken)
    {
        if (await mirror.Store.HeadAsync(key, cancellationToken) is not { } info)
        {
            return null;
        }

        var description = ObjectDescription.FromObject(key, info, DefaultAttributes.Standard);
        if (description.Kind != EntryKind.Symlink)
        {
            return new RemoteObject(key, VersionOf(info), description, null);
        }

        await using ObjectContent? content = await mirror.Store.GetAsync(key, null, info.ETag, cancellationToken);
        if (content is null)
        {
            return null;
        }

        var target = new byte[info.Size];
        await content.Body.ReadExactlyAsync(target, cancellationToken);
        return new RemoteObject(key, VersionOf(info), description, target);
    }

    public static RemoteVersion VersionOf(ObjectInfo info) => new(info.ETag, info.Size, info.LastModified);

    /// <summary>Places an object under a path: a placeholder, a symlink, or a folder from its marker.</summary>
    /// <param name="seen">The clean inode that it takes the place of, as it was seen; null where there must be nothing.</param>
    /// <returns>False when the mirror changed meanwhile: nothing was done.</returns>
    public async Task<bool> PlaceAsync(TreePath path, RemoteObject remote, LocalView? seen, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LocalEntry? replace = seen?.Entry;
        EntryAttributes attributes = remote.Description.Attributes;
        var mark = new PlaceholderMark(remote.Key, remote.Version.ETag, remote.Version.Size, attributes.MtimeNs);
        LocalEntry? placed;
        mirror.Options.Faults.Reach("place.before");
        using (mirror.Gate.EnterExclusive())
        {
            if (!IsStill(path, seen))
            {
                return false;
            }

            placed = remote.Description.Kind switch
            {
                EntryKind.Folder => mirror.Files.PlaceFolder(path, attributes),
                EntryKind.Symlink => mirror.Files.PlaceSymlink(path, remote.LinkTarget, attributes, replace?.Identity),
                _ => mirror.Files.PlacePlaceholder(path, mark, attributes, replace?.Identity),
            };
            if (placed is null)
            {
                return false;
            }

            if (replace is { Links: <= 1 } gone)
            {
                mirror.Placeholders.Remove(gone.Identity.Inode);
            }

            if (placed.Value.Kind == EntryKind.File)
            {
                mirror.Placeholders.Set(placed.Value.Identity.Inode, mark);
            }
        }

        mirror.Options.Faults.Reach("place.placed");
        await mirror.Index.ApplyAsync(IndexChange.Put(RowOf(path, remote, placed.Value)));
        mirror.Acks.Acknowledged(path);
        mirror.EntryChanged?.Invoke(path);
        return true;
    }

    /// <summary>A folder that exists in the store only as a prefix of its children.</summary>
    public async Task<bool> PlaceFolderAsync(TreePath path, string key)
    {
        LocalEntry? placed;
        using (mirror.Gate.EnterExclusive())
        {
            placed = mirror.Files.PlaceFolder(path, new EntryAttributes { Mode = EntryAttributes.DefaultFolderMode, MtimeNs = ObjectMetadata.Nanoseconds(mirror.Options.Time.GetUtcNow()) });
        }

        if (placed is not { } entry)
        {
            return false;
        }

        await mirror.Index.ApplyAsync(IndexChange.Put(BaselineRows.Of(path, key, entry, null, null, null, "", BaselineState.Present)));
        mirror.Acks.Acknowledged(path);
        mirror.EntryChanged?.Invoke(path);
        return true;
    }

    /// <summary>
    /// A folder that both sides have and no row knows: a kill came between the making and the noting of it. Its object is noted, so that a rename or
    /// a deletion here reaches it.
    /// </summary>
    public async Task AdoptFolderAsync(TreePath path, LocalEntry entry, string key, CancellationToken cancellationToken)
    {
        RemoteObject? marker = await DescribeAsync(key, cancellationToken);
        await mirror.Index.ApplyAsync(IndexChange.Put(marker is null
            ? BaselineRows.Of(path, key, entry, null, null, null, "", BaselineState.Present)
            : RowOf(path, marker, entry) with { Mode = marker.Description.Attributes.Mode }));
        mirror.Acks.Acknowledged(path);
    }

    /// <summary>Takes a clean name away whose object is gone.</summary>
    /// <returns>False when the mirror changed meanwhile, or a folder is not empty.</returns>
    public async Task<bool> RemoveAsync(TreePath path, LocalView seen)
    {
        LocalEntry entry = seen.Entry!.Value;
        using (mirror.Gate.EnterExclusive())
        {
            if (!IsStill(path, seen) || !mirror.Files.Remove(path, entry.Identity))
            {
                return false;
            }

            if (entry is { Kind: EntryKind.File, Links: <= 1 })
            {
                mirror.Placeholders.Remove(entry.Identity.Inode);
            }
            else if (entry.Kind == EntryKind.Folder)
            {
                FolderRemoved?.Invoke(entry.Identity.Inode);
            }
        }

        await mirror.Index.ApplyAsync(IndexChange.Forget(path));
        mirror.Acks.Acknowledged(path);
        mirror.EntryChanged?.Invoke(path);
        return true;
    }

    private bool IsStill(TreePath path, LocalView? seen)
    {
        LocalEntry? now = mirror.Files.TryStat(path);
        if (seen?.Entry is not { } before)
        {
            return now is null || now.Value.Kind == EntryKind.Folder;
        }

        // A folder's ctime moves with its children; rmdir takes it only when it is empty.
        return now is { } entry && entry.Identity == before.Identity
            && (entry.Kind == EntryKind.Folder || (entry.CtimeNs == before.CtimeNs && !mirror.Journal.MayBeWrittenSince(entry.Identity.Inode, seen.SeenAt)));
    }

    private static BaselineRow RowOf(TreePath path, RemoteObject remote, LocalEntry placed)
    {
        ObjectDescription description = remote.Description;
        string? hash = remote.LinkTarget is { } target ? ContentHash.Of(target) : description.Sha256;
        BaselineState state = placed.Kind == EntryKind.File ? BaselineState.Placeholder : BaselineState.Present;
        return BaselineRows.Of(path, remote.Key, placed, remote.Version, hash, description.OperationId, BaselineRows.TextOf(description.Attributes.Xattrs), state) with
        {
            Uid = description.Attributes.Uid ?? placed.Uid,
            Gid = description.Attributes.Gid ?? placed.Gid,
        };
    }
}
