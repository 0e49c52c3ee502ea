using System.Globalization;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Checking;

/// <summary>Carries out what findings propose. INVARIANT: no only copy of bytes is destroyed.</summary>
/// <param name="mirror">Null: there is none on this machine.</param>
internal sealed class Mender(IObjectStore store, ContextRecord context, OpenMirror? mirror, TimeProvider time)
{
    /// <returns>The finding, repaired or with the reason why not.</returns>
    public async Task<Finding> MendAsync(Finding finding, CancellationToken cancellationToken)
    {
        try
        {
            return finding with { Repaired = await DoAsync(finding, cancellationToken) };
        }
        catch (IOException error)
        {
            return finding with { Failure = error.Message };
        }
    }

    private async Task<bool> DoAsync(Finding finding, CancellationToken cancellationToken)
    {
        switch (finding.Mend)
        {
            case Mend.None:
                return false;
            case Mend.CompareAtMount:
                NotClean();
                return true;
            case Mend.UploadAgain:
                NotClean();
                await ForgetAsync(finding.Path!.Value);
                return true;
            case Mend.ForgetRow:
                await ForgetAsync(finding.Path!.Value);
                return true;
            case Mend.RemoveName:
                return await RemoveNameAsync(finding.Path!.Value);
            case Mend.SetAside:
                return await SetAsideAsync(finding.Path!.Value);
            case Mend.DeleteObject:
                await store.DeleteAsync(finding.Key!, finding.ETag, cancellationToken);
                return true;
            case Mend.AbortUpload:
                await store.AbortUploadAsync(finding.Key!, finding.UploadId!, cancellationToken);
                return true;
            case Mend.WriteEntry:
                return await WriteEntryAsync(finding, cancellationToken);
            case Mend.SetIndexAside:
                return false; // Done before anything else was looked at.
            default:
                throw new InvalidOperationException($"{finding.Mend} is no repair.");
        }
    }

    /// <summary>Only of an inode that has no bytes: neither a mark that the store can serve nor a block.</summary>
    private async Task<bool> RemoveNameAsync(TreePath path)
    {
        if (mirror!.Files.TryStat(path) is { } entry)
        {
            bool holdsNothing = entry.Kind == EntryKind.File && (entry.Blocks == 0 || mirror.Files.ReadMark(path) is not null);
            if (!holdsNothing || !mirror.Files.Remove(path, entry.Identity))
            {
                return false;
            }
        }

        await ForgetAsync(path);
        return true;
    }

    private async Task<bool> SetAsideAsync(TreePath path)
    {
        if (mirror!.Files.TryStat(path) is not { } entry)
        {
            return false;
        }

        string tag = string.Create(CultureInfo.InvariantCulture, $".damaged-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}");
        for (int n = 0; n < 100; n++)
        {
            if (mirror.Files.Rename(path, entry.Identity, path.Parent.Append(NameBeside.Of(path.Name, tag, n))))
            {
                NotClean(); // So that the other name is found, and uploaded.
                await ForgetAsync(path);
                return true;
            }
        }

        return false;
    }

    private async Task<bool> WriteEntryAsync(Finding finding, CancellationToken cancellationToken)
    {
        if (finding.Class != FindingClass.StoreIdentity)
        {
            return await new ContextCatalog(store, time).TryGiveNameAsync(context.Id, cancellationToken);
        }

        var identity = new StoreIdentity(store, time);
        _ = mirror?.Index.GetMeta(IndexMeta.StoreId) is { } known ? await identity.CreateAsync(known, cancellationToken) : await identity.FindOrCreateAsync(cancellationToken);
        return true;
    }

    private Task ForgetAsync(TreePath path) => mirror!.Index.ApplyAsync(IndexChange.Forget(path));

    private void NotClean() => mirror!.Index.SetMetaDurably(IndexMeta.Clean, "0");
}
