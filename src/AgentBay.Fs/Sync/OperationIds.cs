using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AgentBay.Fs.Indexing;

namespace AgentBay.Fs.Sync;

/// <summary>
/// Ids of our own writes, carried in each object's metadata: <c>mirror-keyhash-session-number</c>. When an answer was lost, or the process
/// died before the index was written, a HEAD tells by the id that the version in the store is ours and newer than the baseline:
/// then nobody else has written since, for all our writes are conditional. So no list of intended writes has to be kept.
/// </summary>
public sealed class OperationIds(string mirrorId, long session)
{
    private long number;

    /// <summary>
    /// Whether a write of an earlier session that the index does not know counts as ours. Not after a loss of power: then the mirror may hold
    /// what was before it.
    /// </summary>
    public bool TrustsEarlierSessions { get; init; } = true;

    /// <summary>Of whoever looks at a mirror between two sessions: to it each session was an earlier one.</summary>
    internal static OperationIds Of(BaselineIndex index) =>
        new(index.GetMeta(IndexMeta.MirrorId) ?? "", long.Parse(index.GetMeta(IndexMeta.Session) ?? "0", CultureInfo.InvariantCulture) + 1);

    public bool IsFirstSession => session == 1;

    public string Next(string key) =>
        string.Create(CultureInfo.InvariantCulture, $"{mirrorId}-{HashOf(key)}-{session:x}-{Interlocked.Increment(ref number):x}");

    /// <summary>Whether <paramref name="candidate"/> is a write of this mirror to <paramref name="key"/> that came after <paramref name="known"/>.</summary>
    public bool IsOursAfter(string? candidate, string key, string? known)
    {
        if (!TryParse(candidate, key, out (long Session, long Number) found) || (!TrustsEarlierSessions && found.Session != session))
        {
            return false;
        }

        return !TryParse(known, key, out (long Session, long Number) before) || found.CompareTo(before) > 0;
    }

    private bool TryParse(string? id, string key, out (long Session, long Number) order)
    {
        order = default;
        return id?.Split('-') is [string mirror, string hash, string inSession, string inOrder]
            && mirror == mirrorId && hash == HashOf(key)
            && long.TryParse(inSession, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out order.Session)
            && long.TryParse(inOrder, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out order.Number);
    }

    /// <summary>Whether an id is one that this mirror gave in an earlier session, whatever the key.</summary>
    public bool IsOfEarlierSession(string id) =>
        id.Split('-') is [string mirror, _, string inSession, _] && mirror == mirrorId
        && long.TryParse(inSession, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long found) && found < session;

    // A copy that another tool makes of our object carries our id to another key.
    private static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 4));
}
