using AgentBay.Fs.Metadata;
using AgentBay.Fs.Mirror;

namespace AgentBay.Fs.Indexing;

/// <summary>Makes rows from what both sides were seen to be.</summary>
public static class BaselineRows
{
    /// <summary>The form in which a row keeps user xattrs.</summary>
    public static string TextOf(IReadOnlyDictionary<string, byte[]> xattrs) => xattrs.Count == 0 ? "" : ObjectMetadata.FormatXattrs(xattrs);

    public static BaselineRow Of(TreePath path, string key, LocalEntry local, RemoteVersion? remote, string? sha256, string? operationId, string xattrs, BaselineState state) => new()
    {
        Path = path,
        Kind = local.Kind,
        Key = key,
        Remote = remote,
        Identity = local.Identity,
        Size = local.Size,
        MtimeNs = local.MtimeNs,
        CtimeNs = local.CtimeNs,
        Mode = local.Mode,
        Uid = local.Uid,
        Gid = local.Gid,
        Xattrs = xattrs,
        Sha256 = sha256,
        OperationId = operationId,
        State = state,
    };
}
