namespace AgentBay.Fs.Linux;

/// <summary>The xattrs by which the mirror's inodes carry what is ours. Programs never see them.</summary>
internal static class OwnXattr
{
    internal static ReadOnlySpan<byte> Prefix => "user.agentbay."u8;

    /// <summary>On a file: its bytes are in the store only (<see cref="MarkFormat"/>).</summary>
    internal static ReadOnlySpan<byte> Placeholder => "user.agentbay.placeholder"u8;

    /// <summary>On a folder: not every name has been placed yet. No value.</summary>
    internal static ReadOnlySpan<byte> Unfilled => "user.agentbay.unfilled"u8;

    /// <summary>The mode that programs see, where the inode keeps another one (<see cref="ModeKeeper"/>).</summary>
    internal static ReadOnlySpan<byte> Mode => "user.agentbay.mode"u8;

    /// <summary>Read only, computed, in no list: how the path stands with the store.</summary>
    internal static ReadOnlySpan<byte> Status => "user.agentbay.status"u8;

    internal static ReadOnlySpan<byte> User => "user."u8;

    /// <summary>Whether programs may see it: <c>user.*</c>, but not ours.</summary>
    internal static bool IsVisible(ReadOnlySpan<byte> name) => name.StartsWith(User) && !name.StartsWith(Prefix);
}
