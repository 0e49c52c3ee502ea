namespace AgentBay.ObjectStore.Tests;

/// <summary>Arithmetic around the largest number of parts.</summary>
public sealed class PartSizesTests
{
    private const int MiB = 1 << 20;
    private const int Least = 8 * MiB;
    private const int MaxParts = 10_000;
    private const long GiB = 1L << 30;
    private const long Most = MaxParts * 2047L * MiB;

    [Theory]
    [InlineData(0, Least)]
    [InlineData(1, Least)]
    [InlineData(Least - 1, Least)]
    [InlineData(Least, Least)]
    [InlineData(Least + 1, Least)]
    [InlineData(((long)MaxParts * Least) - 1, Least)]
    [InlineData((long)MaxParts * Least, Least)]
    [InlineData(((long)MaxParts * Least) + 1, Least + MiB)]
    [InlineData((80 * GiB) - 1, 9 * MiB)]
    [InlineData((80 * GiB) + 1, 9 * MiB)]
    [InlineData(1024 * GiB, 105 * MiB)]
    [InlineData(Most - 1, 2047 * MiB)]
    [InlineData(Most, 2047 * MiB)]
    public void Parts_are_as_large_as_asked_until_they_would_be_too_many(long length, int size)
    {
        Assert.Equal(size, PartSizes.For(length, Least, MaxParts));
        Assert.InRange((length + size - 1) / size, 0, MaxParts);
    }

    [Theory]
    [InlineData(Most + 1)]
    [InlineData(48L << 40)]
    [InlineData(long.MaxValue / 2)]
    public void What_no_parts_in_memory_can_hold_is_too_large(long length) =>
        Assert.Equal(StoreErrorKind.TooLarge, Assert.Throws<StoreException>(() => PartSizes.For(length, Least, MaxParts)).Kind);

    [Theory]
    [InlineData(48L << 40, Most)]
    [InlineData(5L << 40, 5L << 40)]
    public void The_largest_object_is_what_the_store_takes_and_its_parts_can_hold(long ofStore, long largest) =>
        Assert.Equal(largest, PartSizes.LargestObject(new StoreProperties { Url = "", MaxObjectSize = ofStore, MaxParts = MaxParts }));
}
