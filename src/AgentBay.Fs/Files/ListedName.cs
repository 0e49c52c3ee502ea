using AgentBay.ObjectStore;

namespace AgentBay.Fs.Files;

/// <summary>A name directly in a folder, as the store lists it.</summary>
/// <param name="Info">Null for a folder.</param>
internal sealed record ListedName(string Key, ObjectInfo? Info)
{
    public bool IsFolder => Info is null;
}
