namespace AgentBay.ObjectStore.Tests;

/// <summary>Arithmetic around S3's limits: 5 GiB a PUT, a copy and a part; 10,000 parts.</summary>
public sealed class PartCopyTests
{
    private const long GiB = 1L << 30;
    private const int MaxParts = 10_000;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(GiB, 1)]
    [InlineData(GiB + 1, 2)]
    [InlineData((5 * GiB) - 1, 5)]
    [InlineData(5 * GiB, 5)]
    [InlineData((5 * GiB) + 1, 6)]
    [InlineData(MaxParts * GiB, MaxParts)]
    [InlineData((MaxParts * GiB) + 1, 9_991)]
    [InlineData(48L << 40, 9_999)]
    public void A_plan_covers_every_byte_once_in_parts_that_a_store_takes(long size, int count)
    {
        var plan = PartCopy.Plan(size, GiB, MaxParts);
        Assert.Equal(count, plan.Count);
        long end = 0;
        foreach (var range in plan)
        {
            Assert.Equal(end, range.Offset);
            Assert.InRange(range.Length!.Value, 1, 5 * GiB);
            end += range.Length.Value;
        }

        Assert.Equal(size, end);
        Assert.All(plan.SkipLast(1), r => Assert.True(r.Length >= 5 << 20));
    }

    [Theory]
    [InlineData(0, 5 * GiB, 5 * GiB)]
    [InlineData(5 * GiB, 1L, 1)]
    [InlineData(5 * GiB, null, 1)]
    [InlineData(0, null, (5 * GiB) + 1)]
    public void A_range_within_the_source_has_its_length(long offset, long? length, long expected) =>
        Assert.Equal(expected, PartCopy.LengthOf(new ByteRange(offset, length), (5 * GiB) + 1, "key"));

    [Theory]
    [InlineData(0, (5 * GiB) + 2)]
    [InlineData((5 * GiB) + 1, 1L)]
    [InlineData((5 * GiB) + 1, null)]
    [InlineData(-1, 1L)]
    [InlineData(0, 0L)]
    [InlineData(0, -1L)]
    [InlineData(1, long.MaxValue)]
    public void A_range_beyond_the_source_is_refused(long offset, long? length) =>
        Assert.Equal(StoreErrorKind.Refused, Assert.Throws<StoreException>(() => PartCopy.LengthOf(new ByteRange(offset, length), (5 * GiB) + 1, "key")).Kind);
}
