namespace AgentBay.ObjectStore;

/// <summary>The arithmetic of copies in parts.</summary>
internal static class PartCopy
{
    /// <exception cref="StoreException"><see cref="StoreErrorKind.Refused"/>: the range is not within the source.</exception>
    internal static long LengthOf(ByteRange range, long sourceSize, string sourceKey)
    {
        long length = range.Length ?? sourceSize - range.Offset;
        return range.Offset >= 0 && length > 0 && length <= sourceSize - range.Offset
            ? length
            : throw new StoreException(StoreErrorKind.Refused, $"{StoreKey.Show(sourceKey)}: the bytes from {range.Offset}, {length} of them, are not within its {sourceSize}.");
    }
}
