namespace AgentBay.ObjectStore;

/// <summary>Objects whose keys begin with <paramref name="Prefix"/> expire so many days after they were stored.</summary>
/// <param name="Id">Unique in the store; at most 255 letters, digits and <c>-_.</c></param>
/// <param name="Prefix">Plain text, no pattern.</param>
/// <param name="Days">At least 1.</param>
public sealed record ExpiryRule(string Id, string Prefix, int Days)
{
    /// <summary>It is not objects that expire but uploads in parts that were neither completed nor aborted, so many days after they were begun.
    /// Only where a store cannot list them (<see cref="StoreProperties.ListsUploads"/>).</summary>
    public bool OfUploads { get; init; }
}
