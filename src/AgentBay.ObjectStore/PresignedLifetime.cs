namespace AgentBay.ObjectStore;

/// <summary>How long a presigned URL may live, checked in one place for every store.</summary>
internal static class PresignedLifetime
{
    internal static void Check(TimeSpan lifetime, StoreProperties properties, string key)
    {
        if (lifetime < TimeSpan.FromSeconds(1) || lifetime > properties.MaxUrlLifetime)
        {
            throw new StoreException(
                StoreErrorKind.Refused,
                $"{StoreKey.Show(key)}: a URL lives from a second to {properties.MaxUrlLifetime.TotalDays:0} days, not {lifetime.TotalSeconds:0} seconds.");
        }
    }
}
