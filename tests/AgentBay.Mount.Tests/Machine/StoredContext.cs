using System.Text;
using AgentBay.ObjectStore;

namespace AgentBay.Mount.Tests;

/// <summary>A context's objects as another session or tool reads and writes them: past the mount.</summary>
internal sealed class StoredContext(IObjectStore store, string id) : IAsyncDisposable
{
    private readonly string prefix = $"contexts/{id}/";

    public static async Task<StoredContext> OpenAsync(MountBox box) => new(StoreUrl.Open(box.StoreUrl, StoreOpenOptions.Default), await box.ContextIdAsync());

    public ValueTask DisposeAsync() => store.DisposeAsync();

    /// <returns>Null when there is no such object.</returns>
    public async Task<string?> ReadAsync(string key)
    {
        await using ObjectContent? content = await store.GetAsync(prefix + key, null, null, CancellationToken.None);
        return content is null ? null : await new StreamReader(content.Body, Encoding.UTF8).ReadToEndAsync();
    }

    public Task WriteAsync(string key, string content, IReadOnlyDictionary<string, string>? metadata = null) =>
        store.PutAsync(prefix + key, Encoding.UTF8.GetBytes(content), new PutOptions { Metadata = metadata ?? ObjectInfo.NoMetadata }, CancellationToken.None);

    public Task DeleteAsync(string key) => store.DeleteAsync(prefix + key, null, CancellationToken.None);

    /// <summary>Replaces an object's bytes and keeps what its metadata says of the old ones.</summary>
    public async Task CorruptAsync(string key, string content)
    {
        ObjectInfo info = await store.HeadAsync(prefix + key, CancellationToken.None) ?? throw new FileNotFoundException(key);
        await WriteAsync(key, content, info.Metadata);
    }

    /// <summary>All keys, sorted; folder markers end with '/'.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync()
    {
        var keys = new List<string>();
        string? token = null;
        do
        {
            ListPage page = await store.ListAsync(new ListRequest(prefix) { ContinuationToken = token }, CancellationToken.None);
            keys.AddRange(page.Objects.Select(found => found.Key[prefix.Length..]));
            token = page.NextToken;
        }
        while (token is not null);
        return [.. keys.Order(StringComparer.Ordinal)];
    }
}
