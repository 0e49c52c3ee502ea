using Xunit.Sdk;
using Xunit.v3;

namespace AgentBay.Mount.Tests;

/// <summary>The classes whose tests take minutes begin first, so that none of them runs alone in the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long = [nameof(S3WorkloadTests), nameof(EmbeddedWorkloadTests), nameof(Churn.ChurnTests), nameof(MountModelTests)];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Array.FindIndex(Long, name => collection.TestCollectionDisplayName.EndsWith($".{name}", StringComparison.Ordinal)) is >= 0 and int at ? at : Long.Length)];
}
