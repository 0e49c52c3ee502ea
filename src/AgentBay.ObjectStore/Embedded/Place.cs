namespace AgentBay.ObjectStore.Embedded;

/// <summary>Where a file is, below the store's directory.</summary>
/// <param name="Folder">Names with '/' between; empty for the directory itself.</param>
internal sealed record Place(byte[] Folder, byte[] Name)
{
    internal byte[] Path => Folder.Length == 0 ? Name : [.. Folder, (byte)'/', .. Name];

    internal static Place At(ReadOnlySpan<byte> path)
    {
        int slash = path.LastIndexOf((byte)'/');
        return new Place(slash < 0 ? [] : path[..slash].ToArray(), path[(slash + 1)..].ToArray());
    }
}
