namespace AgentBay.Sdk.Tests;

public enum StoreKind
{
    Embedded,
    S3,
}
