using AgentBay.Fs.Indexing;
using AgentBay.Fs.Mirror;

namespace AgentBay.Fs.Sync;

/// <summary>How the mirror's side of a path differs from the baseline.</summary>
public enum LocalChange
{
    Absent,
    Same,

    /// <summary>Mode, owner, times or xattrs only.</summary>
    Attributes,

    /// <summary>Other content, another kind, or new.</summary>
    Content,
}

/// <summary>How the store's side of a path differs from the baseline.</summary>
public enum RemoteChange
{
    Absent,
    Same,

    /// <summary>Another version, or new.</summary>
    Changed,
}

/// <summary>One path of the mirror, seen at one moment and compared with the baseline.</summary>
/// <param name="Entry">Null when the name is not there (or is local-only).</param>
/// <param name="Mark">The bytes are in the store, there.</param>
/// <param name="Sha256">Where it had to be computed or is known.</param>
/// <param name="Xattrs">As the metadata value.</param>
/// <param name="Origin">The row of another path whose content this inode carries unchanged: it was moved or linked.</param>
public sealed record LocalView(LocalEntry? Entry, LocalChange Change, PlaceholderMark? Mark = null, string? Sha256 = null, string Xattrs = "", BaselineRow? Origin = null)
{
    /// <summary>See <see cref="LocalEntry.SettledCtimeNs"/>.</summary>
    public long SettledCtimeNs { get; init; }

    public static LocalView Absent { get; } = new(null, LocalChange.Absent);
}
