using AgentBay.Fs.Indexing;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Checking;

/// <summary>What is said of each class.</summary>
internal static class Findings
{
    public static Finding Of(Verdict verdict, TreePath path, string? key) => new(verdict.Class, verdict.IsProblem, verdict.Mend, path, key, Describe(verdict.Class, path, key));

    public static Finding Of(FindingClass found, Mend mend, string? key, string what) => new(found, true, mend, null, key, what);

    public static Finding NameTooLong(TreePath path, int longest) =>
        new(FindingClass.NameTooLong, true, Mend.None, path, null, $"Its name makes a key of more than {longest} bytes, which the store does not take: it is on this disk only. Mount the context and shorten the name, or a folder's above it.");

    public static Finding StaleCopy(ObjectInfo copy, bool ours) => ours
        ? Of(FindingClass.StaleCopy, Mend.DeleteObject, copy.Key, "A copy that a swap of files made for a moment and that no file needs.") with { ETag = copy.ETag }
        : Of(FindingClass.StaleCopy, Mend.None, copy.Key, $"A copy that a swap of files made on another machine, or with a mirror that is gone, at {copy.LastModified.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}. A file there may need it: delete it when none does.") with { IsProblem = false };

    public static Finding StaleUpload(PendingUpload upload) =>
        Of(FindingClass.StaleUpload, Mend.AbortUpload, upload.Key, $"An upload in parts, begun at {upload.Begun.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}, was never ended; the store keeps its parts.") with { UploadId = upload.Id };

    public static Finding OtherStore(MirrorIdentity mirror, string? storeId) => Of(
        FindingClass.StoreIdentity,
        Mend.None,
        Contexts.StoreIdentity.Key,
        storeId is null
            ? $"The store has lost its id (the mirror knows {mirror.StoreId}), or is another one: nothing of the mirror was compared with it. Check bucket, endpoint and account."
            : $"The store's id is {storeId}, the mirror's {mirror.StoreId}: another store behind the same URL. Nothing of the mirror was compared with it.");

    private static string Describe(FindingClass found, TreePath path, string? key) => found switch
    {
        FindingClass.Pending => "A change here is not in the store yet: the next mount uploads it.",
        FindingClass.ChangedElsewhere => "It was changed or deleted in the store: the next look into its folder shows that.",
        FindingClass.Conflict => "It was changed here and in the store: the next mount keeps both versions.",
        FindingClass.ObjectMissing => $"Its object {key} is gone from the store: deleted elsewhere, or lost. Without a repair the next look into its folder deletes it here too.",
        FindingClass.BytesLost => "Its bytes were in the store only and are gone there: only the name is left.",
        FindingClass.MarkLost => "It has neither bytes nor the mark that says where they are (was the mirror copied without xattrs?). The bytes are in the store.",
        FindingClass.MarkWithoutRow => "A placeholder that the index does not know.",
        FindingClass.RowDisagrees => "The index and the file's own mark disagree on where its bytes are.",
        FindingClass.EditedUnnoticed => "It differs from what was stored, and the mirror counts as clean: it would never be uploaded.",
        FindingClass.BitRot => "Its bytes are not the ones that were stored, though its size and times are: the disk may be failing.",
        FindingClass.FileMissing => "The index knows it and the mirror lost it; it is in the store.",
        FindingClass.StaleRow => "The index knows it, and it is neither here nor in the store.",
        FindingClass.Unconfirmed => $"Nobody knows whether {key} was stored.",
        _ => throw new ArgumentException($"{found} is not a path's ({path})."),
    };
}
