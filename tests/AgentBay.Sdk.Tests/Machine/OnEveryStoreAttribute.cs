using System.Reflection;
using AgentBay.Testing;
using Xunit.Sdk;
using Xunit.v3;

namespace AgentBay.Sdk.Tests;

/// <summary>Runs a theory on every kind of store.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnEveryStoreAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>([new TheoryDataRow<StoreKind>(StoreKind.Embedded), new TheoryDataRow<StoreKind>(StoreKind.S3)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
