namespace AgentBay.Fs.Policies;

/// <summary>Where the data was first stored, on another system: data only, for a store's paths are relative to the mount.</summary>
/// <param name="Path">Absolute, of Windows or Linux.</param>
public sealed record MappingPolicy(string Path);
