using System.Text;
using System.Text.Json;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>A directory's expiry rules: one JSON file, replaced whole under a lock, looked at anew (its identity, not its bytes) at every call.</summary>
internal sealed class ExpiryRules(SafeFileHandle folder, KeyLocks locks, EmbeddedErrors errors)
{
    private const uint PrivateFile = 0x180;   // 0600
    private const string LockName = "\0expiry";

    private Cached cached = new(default, []);

    private static ReadOnlySpan<byte> FileName => "rules.json"u8;

    internal IReadOnlyList<ExpiryRule> Rules
    {
        get
        {
            Errno result = Syscall.Stat(folder, FileName, out var status);
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
        byte[] name = Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"));
        errors.Check("make a file", Syscall.Open(folder, name, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive, PrivateFile, out var file));
        using (file)
        {
            errors.Check("write the expiry rules", Syscall.Write(file, JsonSerializer.SerializeToUtf8Bytes(all, ExpiryJson.Default.ExpiryRuleArray), 0, out _));
            errors.Check("write the expiry rules", Syscall.Sync(file));
        }

        errors.Check("write the expiry rules", Syscall.Rename(folder, name, folder, FileName));
        errors.Check("write the expiry rules", Syscall.Sync(folder));
    }

    private ExpiryRule[] Read()
    {
        Errno result = Syscall.Open(folder, FileName, OpenFlags.ReadOnly, 0, out var file);
        using (file)
        {
            if (result == Errno.ENOENT)
            {
                return [];
            }

            errors.Check("read the expiry rules", result);
            errors.Check("read the expiry rules", Syscall.Stat(file, out var status));
            var text = new byte[status.Size];
            errors.Check("read the expiry rules", Syscall.Read(file, text, 0, out int count));
            try
            {
                return JsonSerializer.Deserialize(text.AsSpan(0, count), ExpiryJson.Default.ExpiryRuleArray) ?? [];
            }
            catch (JsonException e)
            {
                throw new StoreException(StoreErrorKind.Refused, "The embedded store's .agentbay-store/expiry/rules.json is not JSON of ours; correct it or remove it.", e);
            }
        }
    }

    private sealed record Cached((ulong Inode, long ChangeTimeNs) Identity, IReadOnlyList<ExpiryRule> Rules);
}
