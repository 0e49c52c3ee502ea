namespace AgentBay.ObjectStore.Embedded;

public sealed partial class EmbeddedStore
{
    public Task<ListPage> ListAsync(ListRequest request, CancellationToken cancellationToken) => threads.RunAsync(
        () =>
        {
            var walk = new ListWalk(
                request, folders, reader, expiry.For(request.Prefix), NowNs(),
                (folder, entry) => OpenObject(folder, new Place([], entry.Path), entry.Path, out _, withMetadata: false), errors);
            var page = walk.Run(cancellationToken);
            foreach (string key in walk.Expired)
            {
                cancellationToken.ThrowIfCancellationRequested();
                RemoveExpired(KeyPlaces.Of(key));
            }

            return page;
        }, cancellationToken);
}
