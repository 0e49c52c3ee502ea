namespace AgentBay.Sdk;

/// <summary>What becomes of a file's former content.</summary>
public enum WriteMode
{
    Overwrite,
    Append,
}
