using System.Text;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>Expiry rules as a listing asks them: by a key's bytes.</summary>
internal sealed class Deadlines(IReadOnlyList<ExpiryRule> rules)
{
    private const long DayNs = 86_400_000_000_000;

    private readonly (byte[] Prefix, long AgeNs)[] rules = [.. rules.Select(static r => (Encoding.UTF8.GetBytes(r.Prefix), r.Days * DayNs))];

    internal bool None => rules.Length == 0;

    /// <param name="modifiedNs">The object's LastModified, the time of its upload.</param>
    internal bool HavePassed(ReadOnlySpan<byte> key, long modifiedNs, long nowNs)
    {
        foreach (var (prefix, ageNs) in rules)
        {
            if (nowNs - modifiedNs >= ageNs && key.StartsWith(prefix))
            {
                return true;
            }
        }

        return false;
    }
}
