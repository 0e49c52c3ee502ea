namespace AgentBay.ObjectStore;

/// <summary>Into how large parts an object is cut: of the size that is asked for, or of more (whole MiB) where they would be too many.</summary>
public static class PartSizes
{
    private const long MiB = 1 << 20;

    /// <summary>A part that is sent is one array.</summary>
    private const long LargestPart = 2047 * MiB;

    /// <summary>The largest object that can be sent.</summary>
    public static long LargestObject(StoreProperties properties) => Math.Min(properties.MaxObjectSize, properties.MaxParts * LargestPart);

    /// <param name="least">Positive.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorKind.TooLarge"/>: so many parts cannot hold so much.</exception>
    public static int For(long length, int least, int maxParts) => length <= maxParts * LargestPart
        ? (int)Of(length, least, maxParts)
        : throw new StoreException(StoreErrorKind.TooLarge, $"{length} bytes are more than can be sent in {maxParts} parts, {maxParts * LargestPart}.");

    /// <summary>Without a bound: for parts that never are in memory.</summary>
    internal static long Of(long length, long least, int maxParts)
    {
        long needed = (length + maxParts - 1) / maxParts;
        return needed <= least ? least : (needed + MiB - 1) / MiB * MiB;
    }
}
