using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Files;

/// <summary>A file of a context, open for reading.</summary>
public sealed class OpenedFile : IAsyncDisposable
{
    private readonly ObjectContent content;

    internal OpenedFile(FileEntry entry, EntryAttributes attributes, string? sha256, ObjectContent content)
    {
        Entry = entry;
        Attributes = attributes;
        Sha256 = sha256;
        this.content = content;
    }

    public FileEntry Entry { get; }

    /// <summary>What a mount shows of it.</summary>
    public EntryAttributes Attributes { get; }

    public Stream Body => content.Body;

    /// <summary>Of the content; null where nobody has said.</summary>
    internal string? Sha256 { get; }

    public ValueTask DisposeAsync() => content.DisposeAsync();
}
