using AgentBay.Fs;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Sync;
using BenchmarkDotNet.Attributes;

namespace AgentBay.Bench;

/// <summary>A plan for many new files: what untar and git clone make.</summary>
[MemoryDiagnoser]
public class PlannerBenchmarks
{
    private PathState[] states = [];

    [Params(1_000, 10_000)]
    public int Files { get; set; }

    [GlobalSetup]
    public void Setup() =>
        states = Enumerable.Range(0, Files).Select(i =>
        {
            TreePath path = TreePath.Parse($"d{i % 100}/f{i}");
            var entry = new LocalEntry { Kind = EntryKind.File, Identity = new FileIdentity((ulong)i + 10, i), Size = 100, Links = 1 };
            return new PathState(path, $"contexts/SdkCtx-bench/{path}", null, new LocalView(entry, LocalChange.Content));
        }).ToArray();

    [Benchmark]
    public SyncPlan Plan() => Planner.Plan(states, n => $"aside-{n}");
}
