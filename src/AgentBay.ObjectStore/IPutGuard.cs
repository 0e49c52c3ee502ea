namespace AgentBay.ObjectStore;

/// <summary>Says of one PUT by a URL whether its place still takes it: a store knows keys only, not what they belong to.</summary>
public interface IPutGuard
{
    /// <summary>Asked before the body is taken, before the object is stored, and after that: what is refused then is taken back.</summary>
    /// <exception cref="PutRefusedException">Not, or not any more.</exception>
    /// <exception cref="StoreException">The store does not say.</exception>
    Task CheckAsync(CancellationToken cancellationToken);
}
