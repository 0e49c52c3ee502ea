namespace AgentBay.Fs.Control;

public enum SyncMode
{
    /// <summary>Everything pending goes to the store.</summary>
    Upload,

    /// <summary>What others changed in the store appears.</summary>
    Download,
}
