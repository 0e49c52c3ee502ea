namespace AgentBay.ObjectStore;

/// <summary>What a part may be numbered, checked in one place for every store.</summary>
internal static class PartNumber
{
    /// <exception cref="StoreException"><see cref="StoreErrorKind.Refused"/>.</exception>
    internal static void Check(int number, StoreProperties properties, string key)
    {
        if (number < 1 || number > properties.MaxParts)
        {
            throw new StoreException(StoreErrorKind.Refused, $"{StoreKey.Show(key)}: part {number} is not between 1 and {properties.MaxParts}.");
        }
    }
}
