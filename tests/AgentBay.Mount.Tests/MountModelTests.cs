using System.Globalization;
using AgentBay.ObjectStore.Embedded;
using AgentBay.Testing.Model;

namespace AgentBay.Mount.Tests;

/// <summary>
/// The model test of <c>AgentBay.Fs.Tests</c> with real programs' calls, the real kernel and the built daemon: many sequences on one mount, each in a folder of
/// its own. <c>AGENTBAY_MODEL_MOUNT_COUNT=n</c> runs more of them.
/// </summary>
public sealed class MountModelTests(Machine machine)
{
    /// <summary>Of so many sequences one has real kills.</summary>
    private const int SequencesForOneWithKills = 10;

    /// <summary>What a mount that is kept cannot do; the test does it once for all.</summary>
    private static readonly ModelAct[] NotHere = [ModelAct.FailStore, ModelAct.KillAtStep, ModelAct.Remount, ModelAct.MoveToNewMachine, ModelAct.WriteBack];

    private static readonly int Sequences = int.TryParse(Environment.GetEnvironmentVariable("AGENTBAY_MODEL_MOUNT_COUNT"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 60;

    [Fact]
    public async Task Random_work_of_programs_ends_as_the_model_says_here_in_the_store_and_on_a_new_machine()
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.Embedded, Who.Root);
        await box.MountAsync("--write-back", "1s");
        await using EmbeddedStore store = EmbeddedStore.Open(box.StoreUrl);
        string prefix = $"contexts/{await box.ContextIdAsync()}/";
        var runs = new List<(int Seed, ModelRun Run, List<string> Log)>();
        for (int seed = 0; seed < Sequences; seed++)
        {
            var log = new List<string>();
            await using var mount = new KernelModelMount(box, store, prefix, $"s{seed}", kills: seed % SequencesForOneWithKills == SequencesForOneWithKills - 1);
            var run = new ModelRun(mount, log.Add);
            runs.Add((seed, run, log));
            IReadOnlyList<ModelOp> ops = ModelGenerator.Sequence(seed, NotHere);
            await NamingAsync(seed, log, async () =>
            {
                await run.RunAsync(ops);
                await run.StoreAllAsync();
            });
        }

        await box.UnmountAsync();
        await box.MountAsync();
        await CheckAllAsync(runs, "after a remount");
        await box.UnmountAsync();
        box.NewCache();
        await box.MountAsync();
        await CheckAllAsync(runs, "on a new machine");
        await box.UnmountAsync();
    }

    private static async Task CheckAllAsync(IReadOnlyList<(int Seed, ModelRun Run, List<string> Log)> runs, string where)
    {
        foreach ((int seed, ModelRun run, List<string> log) in runs)
        {
            await NamingAsync(seed, log, () => run.CheckTreeAsync(where));
        }
    }

    private static async Task NamingAsync(int seed, List<string> log, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception error)
        {
            throw new ModelException($"seed {seed}\n{string.Join('\n', log)}\n{error}");
        }
    }
}
