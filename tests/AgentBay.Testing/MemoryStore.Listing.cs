using AgentBay.ObjectStore;

namespace AgentBay.Testing;

public sealed partial class MemoryStore
{
    // A continuation token is what the page ended with: a key, or a prefix after which everything below it is skipped.
    private const char AfterKey = 'k';
    private const char AfterPrefix = 'p';

    public Task<ListPage> ListAsync(ListRequest request, CancellationToken cancellationToken) => Run(() =>
    {
        var found = new List<ObjectInfo>();
        var prefixes = new List<string>();
        string? last = null;
        int index = First(request);
        while (index < keys.Count && keys[index].StartsWith(request.Prefix, StringComparison.Ordinal))
        {
            if (found.Count + prefixes.Count == Math.Min(request.MaxKeys, PageSize))
            {
                return new ListPage(found, prefixes, last);
            }

            string key = keys[index];
            int end = string.IsNullOrEmpty(request.Delimiter) ? -1 : key.IndexOf(request.Delimiter, request.Prefix.Length, StringComparison.Ordinal);
            if (end < 0)
            {
                found.Add(objects[key].Info with { Metadata = ObjectInfo.NoMetadata });
                last = AfterKey + key;
                index++;
            }
            else
            {
                string prefix = key[..(end + request.Delimiter!.Length)];
                prefixes.Add(prefix);
                last = AfterPrefix + prefix;
                index = FirstBeyond(prefix, index);
            }
        }

        return new ListPage(found, prefixes, null);
    }, cancellationToken);

    private int First(ListRequest request) => request.ContinuationToken switch
    {
        null => IndexAtOrAfter(request.Prefix),
        [AfterKey, .. var key] => IndexAtOrAfter(key) is var at && at < keys.Count && keys[at] == key ? at + 1 : at,
        [AfterPrefix, .. var prefix] => FirstBeyond(prefix, IndexAtOrAfter(prefix)),
        _ => throw Fail(StoreErrorKind.Refused, request.Prefix, "the continuation token is not ours"),
    };

    private int IndexAtOrAfter(string key) => keys.IndexOf(key) is var index && index < 0 ? ~index : index;

    /// <summary>The first key behind <paramref name="from"/> that does not begin with the prefix.</summary>
    private int FirstBeyond(string prefix, int from)
    {
        int beyond = keys.Count;
        while (from < beyond)
        {
            int middle = from + ((beyond - from) / 2);
            if (keys[middle].StartsWith(prefix, StringComparison.Ordinal))
            {
                from = middle + 1;
            }
            else
            {
                beyond = middle;
            }
        }

        return from;
    }
}
