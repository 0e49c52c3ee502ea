using System.Collections.Concurrent;
using System.Globalization;
using AgentBay.Fs.Policies;
using AgentBay.Testing.Model;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>
/// Random work with kills, lost answers, remounts and other sessions' changes, beside a naive tree that does the same. A failure prints its seed and the
/// shortest sequence that still fails. <c>AGENTBAY_MODEL_SEED=n</c> runs one seed and lists its steps, <c>AGENTBAY_MODEL_OPS=text</c> those operations;
/// <c>AGENTBAY_MODEL_COUNT=n</c> runs more seeds, from <c>AGENTBAY_MODEL_FIRST=n</c>.
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const string Memory = "/dev/shm";
    private const int MostFailures = 3;

    private static readonly string? FastDisk = Directory.Exists(Memory) ? Memory : null;
    private static readonly int Sequences = Number("AGENTBAY_MODEL_COUNT") ?? 10_000;
    private static readonly int First = Number("AGENTBAY_MODEL_FIRST") ?? 0;

    [Fact]
    public Task Random_work_with_kills_and_faults_ends_as_the_model_says() => RunAsync(First, Share(6), FastDisk, ModelVariant.Default);

    /// <summary>Where numbers of inodes come again.</summary>
    [Fact]
    public Task Random_work_on_a_disk_ends_as_the_model_says() => RunAsync(First + Sequences, Share(0.1), null, ModelVariant.Default);

    [Theory]
    [InlineData(ModelVariant.WhiteList)]
    [InlineData(ModelVariant.ManualUpload)]
    [InlineData(ModelVariant.ManualDownload)]
    [InlineData(ModelVariant.KeepDeleted)]
    public Task Random_work_by_a_policy_ends_as_the_model_says(ModelVariant variant) => RunAsync(First, Share(1), FastDisk, variant);

    [Theory]
    [MemberData(nameof(ModelRegressions.All), MemberType = typeof(ModelRegressions))]
    public async Task Regression_(int seed, ModelVariant variant, string ops)
    {
        for (int time = 0; time < ModelRegressions.TimesEach; time++)
        {
            ModelFailure? failure = await TryAsync(seed, ModelOp.ParseAll(ops), null, variant);
            Assert.True(failure is null, failure?.ToString());
        }
    }

    private async Task RunAsync(int first, int count, string? disk, ModelVariant variant)
    {
        if (Number("AGENTBAY_MODEL_SEED") is { } only)
        {
            string? text = Environment.GetEnvironmentVariable("AGENTBAY_MODEL_OPS");
            IReadOnlyList<ModelOp> ops = text is null ? ModelGenerator.Sequence(only) : ModelOp.ParseAll(text);
            await using MirrorModelMount mount = await OpenAsync(only, disk, variant);
            await RunAsync(mount, variant, ops, output.WriteLine);
            return;
        }

        var failures = new ConcurrentQueue<ModelFailure>();
        await Parallel.ForEachAsync(
            Enumerable.Range(first, count),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount + 1 },
            async (seed, _) =>
            {
                if (failures.Count < MostFailures && await TryAsync(seed, ModelGenerator.Sequence(seed), disk, variant) is { } failure)
                {
                    failures.Enqueue(failure);
                }
            });
        if (!failures.IsEmpty)
        {
            ModelFailure[] shrunk = await Task.WhenAll(failures.Select(failure => ModelShrinker.ShrinkAsync(failure, ops => TryAsync(failure.Seed, ops, disk, variant))));
            Assert.Fail(string.Join("\n\n", shrunk.OrderBy(failure => failure.Ops.Count)));
        }
    }

    private static async Task<ModelFailure?> TryAsync(int seed, IReadOnlyList<ModelOp> ops, string? disk, ModelVariant variant)
    {
        var log = new List<string>();
        try
        {
            await using MirrorModelMount mount = await OpenAsync(seed, disk, variant);
            await RunAsync(mount, variant, ops, log.Add);
            return null;
        }
        catch (Exception error)
        {
            return new ModelFailure(seed, variant.ToString(), ops, error, log);
        }
    }

    private static async Task RunAsync(MirrorModelMount mount, ModelVariant variant, IReadOnlyList<ModelOp> ops, Action<string> log)
    {
        var filter = PathFilter.Of(PolicyOf(variant).BWList);
        var run = new ModelRun(mount, log, new ModelPolicy
        {
            IsLocalOnly = path => !filter.IsSynced(TreePath.Parse(path)),
            Uploads = variant != ModelVariant.ManualUpload,
            Downloads = variant != ModelVariant.ManualDownload,
            KeepsDeleted = variant == ModelVariant.KeepDeleted,
        });
        await run.RunAsync(ops);
        await run.EndAsync();
    }

    /// <summary>The seed also chooses the kind of store.</summary>
    private static Task<MirrorModelMount> OpenAsync(int seed, string? disk, ModelVariant variant) => MirrorModelMount.OpenAsync(newETagEachWrite: seed % 2 == 1, disk, PolicyOf(variant));

    private static SyncPolicy PolicyOf(ModelVariant variant) => variant switch
    {
        // Some names of the root, and one deeper, are local-only: renames and links cross the border both ways.
        ModelVariant.WhiteList => WhiteListTests.Only(new WhiteList("", "/e", "/a/b")),
        ModelVariant.ManualUpload => new() { UploadPolicy = new() { AutoUpload = false } },
        ModelVariant.ManualDownload => new() { DownloadPolicy = new() { AutoDownload = false } },
        ModelVariant.KeepDeleted => new() { DeletePolicy = new() { SyncLocalFile = false } },
        _ => SyncPolicy.Default,
    };

    private static int Share(double tenths) => (int)Math.Ceiling(Sequences * tenths / 10);

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}

/// <summary>The policy that a sequence is run by.</summary>
public enum ModelVariant
{
    Default,
    WhiteList,
    ManualUpload,
    ManualDownload,
    KeepDeleted,
}
