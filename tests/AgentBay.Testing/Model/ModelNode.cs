namespace AgentBay.Testing.Model;

/// <summary>A file, folder or symlink of the model; hard links share one.</summary>
public sealed class ModelNode
{
    public required ModelKind Kind { get; init; }

    /// <summary>A file's bytes as text, a symlink's target.</summary>
    public string Content { get; set; } = "";

    public uint Mode { get; set; } = 0x1A4;

    public string Xattr { get; set; } = "";

    /// <summary>Null when nobody set it since the file was written: whatever it is, it is right.</summary>
    public long? MtimeNs { get; set; }

    public ModelNode Copy() => (ModelNode)MemberwiseClone();
}

public enum ModelKind
{
    File,
    Folder,
    Symlink,
}
