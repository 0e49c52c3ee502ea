namespace AgentBay.ObjectStore.Tests.Contract;

public abstract partial class ObjectStoreContract
{
    /// <summary>A server may answer 500 to those who lose a race (RGW does); trying again they are told the reason.</summary>
    protected virtual bool LosersMayBeBusy => false;

    [Fact]
    public async Task Create_only_fails_when_there_is_one()
    {
        string key = NewPrefix() + "object";
        _ = await PutAsync(key, "one", PutCondition.Absent);
        _ = await AssertFailsAsync(StoreErrorKind.PreconditionFailed, () => PutAsync(key, "two", PutCondition.Absent));
        Assert.Equal("one", await ReadTextAsync(key));
    }

    [Fact]
    public async Task Replace_fails_for_another_version_and_for_none()
    {
        string key = NewPrefix() + "object";
        _ = await AssertFailsAsync(StoreErrorKind.PreconditionFailed, () => PutAsync(key, "x", PutCondition.Match("0123456789abcdef0123456789abcdef")));
        var one = await PutAsync(key, "one");
        var two = await PutAsync(key, "two", PutCondition.Match(one.ETag));
        _ = await AssertFailsAsync(StoreErrorKind.PreconditionFailed, () => PutAsync(key, "three", PutCondition.Match(one.ETag)));
        Assert.Equal("two", await ReadTextAsync(key));
        _ = await PutAsync(key, "three", PutCondition.Match($"\"{two.ETag}\""));
    }

    [Fact]
    public async Task Of_32_that_create_one_wins()
    {
        Assert.SkipUnless(Store.Properties.ConditionalCreate, "This store cannot hold a create-only condition under a race.");
        string key = NewPrefix() + "object";
        Assert.Equal(1, await RaceAsync(i => PutAsync(key, $"racer {i}", PutCondition.Absent)));
        Assert.StartsWith("racer", await ReadTextAsync(key), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_32_that_replace_one_version_one_wins()
    {
        Assert.SkipUnless(Store.Properties.ConditionalReplace, "This store cannot hold If-Match under a race.");
        string key = NewPrefix() + "object";
        var first = await PutAsync(key, "first");
        Assert.Equal(1, await RaceAsync(i => PutAsync(key, $"racer {i}", PutCondition.Match(first.ETag))));
    }

    [Fact]
    public async Task Delete_fails_for_another_version()
    {
        string key = NewPrefix() + "object";
        var one = await PutAsync(key, "one");
        var two = await PutAsync(key, "two");
        _ = await AssertFailsAsync(StoreErrorKind.PreconditionFailed, () => Store.DeleteAsync(key, one.ETag, Cancel));
        Assert.NotNull(await Store.HeadAsync(key, Cancel));
        await Store.DeleteAsync(key, two.ETag, Cancel);
        Assert.Null(await Store.HeadAsync(key, Cancel));
        await Store.DeleteAsync(key, two.ETag, Cancel);
    }

    /// <returns>How many succeeded; all others failed on their condition.</returns>
    private async Task<int> RaceAsync(Func<int, Task> call)
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 32).Select(async i =>
        {
            try
            {
                await call(i);
                return (StoreErrorKind?)null;
            }
            catch (StoreException e)
            {
                return e.Kind;
            }
        }));
        Assert.All(outcomes, o => Assert.True(o is null or StoreErrorKind.PreconditionFailed || (o == StoreErrorKind.Busy && LosersMayBeBusy), $"{o}"));
        return outcomes.Count(o => o == null);
    }
}
