namespace AgentBay.ObjectStore.Embedded;

/// <summary>One name of a folder as keys see it.</summary>
/// <param name="SortName">The segment's bytes, with '/' behind a folder's: in the order of these, a walk meets keys in the order of their UTF-8 bytes.</param>
/// <param name="Path">On disk, below the folder.</param>
internal readonly record struct FolderEntry(byte[] SortName, byte[] Path, bool IsFolder);
