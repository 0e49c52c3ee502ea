using AgentBay.Fs.Indexing;

namespace AgentBay.Fs.Mirror;

/// <summary>
/// The store listed nothing where this mirror knew names. From then on, in later mounts too, nothing that it does not list counts as deleted, whatever else
/// it lists meanwhile: what is in the mirror may be the last copy. It ends when all of the root's names are listed again.
/// </summary>
internal sealed class ListingDoubt(BaselineIndex index)
{
    public const string Message = "The store listed nothing at all, where names were known: nothing that is missing there is removed here. Check the store's URL and bucket. "
        + "agentbay-mount fsck --repair has what is here uploaded again; where the context was emptied on purpose, agentbay-mount context clear has the next mount start empty.";

    public bool Stands { get; private set; } = index.GetMeta(IndexMeta.Doubt) == "1";

    public void Begin() => Set(true);

    public void End() => Set(false);

    private void Set(bool stands)
    {
        if (stands != Stands)
        {
            index.SetMeta(IndexMeta.Doubt, stands ? "1" : "0");
            Stands = stands;
        }
    }
}
