using AgentBay.Fs.Indexing;
using AgentBay.Fs.Policies;

namespace AgentBay.Fs.Checking;

/// <summary>The policy by whose rules the last mount kept a mirror.</summary>
internal static class KeptPolicy
{
    public static SyncPolicy Of(BaselineIndex index) => index.GetMeta(IndexMeta.Policy) is { } json ? SyncPolicy.Parse(json) : SyncPolicy.Default;
}
