namespace AgentBay.Fs.Linux;

/// <summary>One open folder handle: the names as they were when reading began. Offset 0 is ".", 1 is "..", the first name is 2.</summary>
internal sealed class FolderStream(Node folder)
{
    internal Node Folder { get; } = folder;

    internal List<DirectoryName>? Names { get; set; }
}
