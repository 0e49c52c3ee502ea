using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(AgentBay.Bench.PlannerBenchmarks).Assembly).Run(args);
