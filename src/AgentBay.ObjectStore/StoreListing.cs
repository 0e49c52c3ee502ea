using System.Runtime.CompilerServices;

namespace AgentBay.ObjectStore;

/// <summary>Listings of more than a page.</summary>
public static class StoreListing
{
    /// <summary>All pages from the one that is asked for.</summary>
    public static async IAsyncEnumerable<ListPage> ListPagesAsync(this IObjectStore store, ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ListPage page;
        do
        {
            page = await store.ListAsync(request, cancellationToken).ConfigureAwait(false);
            yield return page;
            request = request with { ContinuationToken = page.NextToken };
        }
        while (page.NextToken != null);
    }

    /// <summary>Every object whose key begins so, in order.</summary>
    public static async IAsyncEnumerable<ObjectInfo> ListAllAsync(this IObjectStore store, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in store.ListPagesAsync(new ListRequest(prefix), cancellationToken).ConfigureAwait(false))
        {
            foreach (var info in page.Objects)
            {
                yield return info;
            }
        }
    }
}
