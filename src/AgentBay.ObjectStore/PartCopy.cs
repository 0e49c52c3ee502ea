namespace AgentBay.ObjectStore;

/// <summary>The arithmetic of copies in parts.</summary>
internal static class PartCopy
{
    /// <summary>The ranges by which an object is copied whole: of <paramref name="partSize"/> bytes, or more where the parts would be too many.</summary>
    internal static IReadOnlyList<ByteRange> Plan(long size, long partSize, int maxParts)
    {
        long step = PartSizes.Of(size, partSize, maxParts);
        return [.. Enumerable.Range(0, (int)((size + step - 1) / step)).Select(part => new ByteRange(part * step, Math.Min(step, size - (part * step))))];
    }

    /// <exception cref="StoreException"><see cref="StoreErrorKind.Refused"/>: the range is not within the source.</exception>
    internal static long LengthOf(ByteRange range, long sourceSize, string sourceKey)
    {
        long length = range.Length ?? sourceSize - range.Offset;
        return range.Offset >= 0 && length > 0 && length <= sourceSize - range.Offset
            ? length
            : throw new StoreException(StoreErrorKind.Refused, $"{StoreKey.Show(sourceKey)}: the bytes from {range.Offset}, {length} of them, are not within its {sourceSize}.");
    }
}
