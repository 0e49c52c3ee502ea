using AgentBay.Mount.Tests;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
[assembly: AssemblyFixture(typeof(Machine))]

// Classes run beside one another: most of a test's time is a program that starts, or that waits for the store.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]
