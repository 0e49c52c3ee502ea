#pragma warning disable CA5351 // S3 ETags are MD5.
using System.Security.Cryptography;
using System.Text;

namespace AgentBay.ObjectStore.Tests.Contract;

/// <summary>What <see cref="IObjectStore"/> promises, asked of every store. Each test has keys of its own in a store of its class.</summary>
public abstract partial class ObjectStoreContract
{
    private const int MiB = 1 << 20;

    protected abstract IObjectStore Store { get; }

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A prefix that no other test uses.</summary>
    private static string NewPrefix() => Guid.NewGuid().ToString("N") + "/";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] RandomBytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static string Md5(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));

    private Task<PutResult> PutAsync(string key, string body, PutCondition condition = default) =>
        Store.PutAsync(key, Bytes(body), new PutOptions { Condition = condition }, Cancel);

    private async Task<byte[]?> ReadAsync(string key, ByteRange? range = null, string? ifMatch = null)
    {
        await using var content = await Store.GetAsync(key, range, ifMatch, Cancel);
        if (content == null)
        {
            return null;
        }

        var bytes = new MemoryStream();
        await content.Body.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }

    private async Task<string?> ReadTextAsync(string key) => await ReadAsync(key) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private async Task<List<string>> ListKeysAsync(string prefix, string? delimiter = null, int maxKeys = 1000)
    {
        var keys = new List<string>();
        string? token = null;
        do
        {
            var page = await Store.ListAsync(new ListRequest(prefix) { Delimiter = delimiter, ContinuationToken = token, MaxKeys = maxKeys }, Cancel);
            Assert.InRange(page.Objects.Count + page.Prefixes.Count, 0, maxKeys);
            keys.AddRange(page.Objects.Select(o => o.Key).Concat(page.Prefixes));
            token = page.NextToken;
        }
        while (token != null);

        return keys;
    }

    private static async Task<StoreException> AssertFailsAsync(StoreErrorKind kind, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<StoreException>(call);
        Assert.True(error.Kind == kind, $"wanted {kind}, got {error.Kind}: {error}");
        return error;
    }

    private static int CompareBytes(string a, string b) => Bytes(a).AsSpan().SequenceCompareTo(Bytes(b));
}
