namespace AgentBay.ObjectStore.Embedded;

public sealed partial class EmbeddedStore
{
    public Task<ListPage> ListAsync(ListRequest request, CancellationToken cancellationToken) => threads.RunAsync(
        () =>
        {
            var walk = new ListWalk(request, folders, reader, (folder, entry) => OpenObject(folder, new Place([], entry.Path), entry.Path, out _, withMetadata: false), Error);
            return walk.Run(cancellationToken);
        }, cancellationToken);
}
