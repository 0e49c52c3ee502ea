namespace AgentBay.Fs.Checking;

/// <summary>What the mirror holds under a path, beside its row.</summary>
public enum LocalFact
{
    Absent,

    /// <summary>As the row says.</summary>
    Same,

    /// <summary>Other bytes, another kind or other attributes; anything, where there is no row.</summary>
    Edited,

    /// <summary>Other bytes under the very size and times of the row: nobody wrote them.</summary>
    Rotten,

    /// <summary>The inode has a mark: its bytes are in the store only.</summary>
    Placeholder,

    /// <summary>Of full size without a byte and without a mark, where the row says placeholder: never to be taken for a file of zeros.</summary>
    Blank,
}
