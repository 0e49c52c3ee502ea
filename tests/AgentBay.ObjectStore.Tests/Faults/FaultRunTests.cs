using System.Collections.Concurrent;
using System.Diagnostics;
using AgentBay.ObjectStore.Tests.S3;
using AgentBay.Testing.Http;

namespace AgentBay.ObjectStore.Tests.Faults;

/// <summary>The store on a bad network: a tenth of the requests is reset, a twentieth is throttled, a hundredth of the answers is cut, all are late.</summary>
public sealed class FaultRunTests(S3StoreFixture fixture, ITestOutputHelper output) : IClassFixture<S3StoreFixture>
{
    private const int Objects = 5_000;
    private const int Seed = 20_260;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Under_faults_5000_puts_and_gets_end_with_every_object_equal_and_none_lost()
    {
        var faults = new NetworkFaults(Seed);
        await using var relay = new HttpRelay(new Uri(fixture.Bucket.Server.Endpoint), faults.HandleAsync);
        string url = fixture.Bucket.Url("faults").Replace(fixture.Bucket.Server.Endpoint, $"http://127.0.0.1:{relay.Port}", StringComparison.Ordinal);

        // One request in seven fails: one call in 60,000 fails six times in a row, which is when a store gives up by default. It does so after some
        // seconds, as a program that reads should be told in time; what is written is kept and tried again by write-back. Here nobody does that.
        await using var store = StoreUrl.Open(url, new StoreOpenOptions { MaxRetries = 9 });
        var clock = Stopwatch.StartNew();
        var limits = new ParallelOptions { MaxDegreeOfParallelism = StoreOpenOptions.Default.MaxConcurrency, CancellationToken = Cancel };
        var etags = new ConcurrentDictionary<string, string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, Objects), limits, async (i, cancel) =>
        {
            var options = new PutOptions { Condition = i % 2 == 0 ? PutCondition.Absent : PutCondition.None };
            etags[KeyOf(i)] = (await store.PutAsync(KeyOf(i), BodyOf(i), options, cancel)).ETag;
        });
        int equal = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, Objects), limits, async (i, cancel) =>
        {
            await using var content = await store.GetAsync(KeyOf(i), null, etags[KeyOf(i)], cancel);
            Assert.True(content != null, $"{KeyOf(i)} is lost.");
            var body = new MemoryStream();
            await content.Body.CopyToAsync(body, cancel);
            Assert.True(BodyOf(i).AsSpan().SequenceEqual(body.ToArray()), $"{KeyOf(i)} has other bytes.");
            _ = Interlocked.Increment(ref equal);
        });
        int listed = await store.ListAllAsync("", Cancel).CountAsync(Cancel);
        var counts = faults.Counts;
        output.WriteLine(
            $"counts: seed {Seed}: {Objects} puts and {equal} gets equal, {listed} listed, in {clock.Elapsed.TotalSeconds:0} s; {counts.Requests} requests, "
            + $"{counts.Resets} reset ({counts.LostAnswers} after their effect), {counts.SlowDowns} SlowDown, {counts.Cuts} cut bodies, latency {faults.Latency.TotalMilliseconds} ms");
        Assert.Equal((Objects, Objects), (equal, listed));
        Assert.InRange(counts.Resets, Objects / 10, Objects);
    }

    private static string KeyOf(int i) => $"folder {i % 50}/object {i}";

    /// <summary>Of 0 to 20,000 bytes.</summary>
    private static byte[] BodyOf(int i)
    {
        var random = new Random(i);
        var body = new byte[random.Next(20_000)];
        random.NextBytes(body);
        return body;
    }
}
