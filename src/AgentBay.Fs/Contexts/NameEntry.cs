namespace AgentBay.Fs.Contexts;

/// <summary>What the store keeps under a name. It gives the name to a context only while that one's record says the same name.</summary>
/// <param name="Nonce">Of each taking, so that no two entries have one ETag and a condition means exactly this one.</param>
/// <param name="From">A rename has taken the name for a context that was called so.</param>
internal sealed record NameEntry(string Id, string Nonce, string? From = null);
