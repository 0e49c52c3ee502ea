using System.Buffers;
using System.Text;

namespace AgentBay.ObjectStore;

/// <summary>What <see cref="ObjectInfo.Metadata"/> may hold, checked in one place for every store.</summary>
internal static class StoreMetadata
{
    /// <summary>Holds the id of the operation that wrote an object: after a lost answer a HEAD tells by it whether the write landed.</summary>
    internal const string Operation = "agentbay-op";

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <exception cref="StoreException"><see cref="StoreErrorKind.Refused"/> for a name, <see cref="StoreErrorKind.TooLarge"/> for the sum.</exception>
    internal static void Check(IReadOnlyDictionary<string, string> metadata, int maxBytes, string key)
    {
        int bytes = 0;
        foreach (var (name, value) in metadata)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(NameCharacters))
            {
                throw new StoreException(StoreErrorKind.Refused, $"{StoreKey.Show(key)}: the metadata name {StoreKey.Show(name)} may hold only a-z, 0-9 and '-'.");
            }

            bytes += name.Length + Encoding.UTF8.GetByteCount(value);
        }

        if (bytes > maxBytes)
        {
            throw new StoreException(StoreErrorKind.TooLarge, $"{StoreKey.Show(key)}: {bytes} bytes of metadata; the store takes {maxBytes}.");
        }
    }
}
