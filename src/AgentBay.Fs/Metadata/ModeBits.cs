namespace AgentBay.Fs.Metadata;

/// <summary>The type in a st_mode.</summary>
public enum FileType
{
    /// <summary>No type bits.</summary>
    Unknown,
    File,
    Folder,
    Symlink,

    /// <summary>FIFO, socket, device.</summary>
    Special,
}

/// <summary>A st_mode, taken apart.</summary>
/// <param name="Permissions">07777.</param>
public readonly record struct ModeBits(FileType Type, uint Permissions);
