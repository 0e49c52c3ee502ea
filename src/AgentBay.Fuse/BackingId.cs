namespace AgentBay.Fuse;

/// <summary>A backing file that the kernel reads and writes without the daemon (<c>FUSE_DEV_IOC_BACKING_OPEN</c>). Zero means none.</summary>
public readonly record struct BackingId(int Value)
{
    public static BackingId None => default;
}
