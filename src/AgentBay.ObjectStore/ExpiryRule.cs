namespace AgentBay.ObjectStore;

/// <summary>Objects whose keys begin with <paramref name="Prefix"/> expire so many days after they were stored.</summary>
/// <param name="Id">Unique in the store; at most 255 letters, digits and <c>-_.</c></param>
/// <param name="Prefix">Plain text, no pattern.</param>
/// <param name="Days">At least 1.</param>
public sealed record ExpiryRule(string Id, string Prefix, int Days);
