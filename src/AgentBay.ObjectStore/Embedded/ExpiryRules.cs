using System.Text.Json;
using AgentBay.Posix;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>A directory's expiry rules: one JSON file, replaced whole under a lock, looked at anew (its identity, not its bytes) at every call.</summary>
internal sealed class ExpiryRules(HiddenFolder folder, KeyLocks locks, EmbeddedErrors errors)
{
    private const string LockName = "\0expiry";

    private Cached cached = new(default, []);

    private static ReadOnlySpan<byte> FileName => "rules.json"u8;

    internal IReadOnlyList<ExpiryRule> Rules
    {
        get
        {
            Errno result = Syscall.Stat(folder.Handle, FileName, out var status);
            if (result == Errno.ENOENT)
            {
                return [];
            }

            errors.Check("look at the expiry rules", result);
            var identity = (status.Inode, status.ChangeTimeNs);
            var known = cached;
            if (known.Identity != identity)
            {
                // What is read may be newer than the identity: then it is read again at the next call.
                cached = known = new Cached(identity, Read());
            }

            return known.Rules;
        }
    }

    /// <summary>The rules that any key below a prefix may fall under.</summary>
    internal Deadlines For(string prefix) =>
        new([.. Rules.Where(r => r.Prefix.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(r.Prefix, StringComparison.Ordinal))]);

    internal void Replace(string ownerPrefix, IReadOnlyList<ExpiryRule> rules)
    {
        using var held = locks.Acquire(LockName);
        ExpiryRule[] all = [.. Read().Where(r => !r.Id.StartsWith(ownerPrefix, StringComparison.Ordinal)), .. rules];
        folder.Replace(FileName, JsonSerializer.SerializeToUtf8Bytes(all, ExpiryJson.Default.ExpiryRuleArray), "write the expiry rules");
    }

    private ExpiryRule[] Read()
    {
        try
        {
            return folder.Read(FileName, "read the expiry rules") is { } text ? JsonSerializer.Deserialize(text, ExpiryJson.Default.ExpiryRuleArray) ?? [] : [];
        }
        catch (JsonException e)
        {
            throw new StoreException(StoreErrorKind.Refused, "The embedded store's .agentbay-store/expiry/rules.json is not JSON of ours; correct it or remove it.", e);
        }
    }

    private sealed record Cached((ulong Inode, long ChangeTimeNs) Identity, IReadOnlyList<ExpiryRule> Rules);
}
