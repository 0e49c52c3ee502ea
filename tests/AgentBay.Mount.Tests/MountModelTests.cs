using System.Globalization;
using AgentBay.Testing;
using AgentBay.Testing.Model;

namespace AgentBay.Mount.Tests;

/// <summary>
/// The model test of <c>AgentBay.Fs.Tests</c> with real programs' calls, the real kernel and the built daemon: many sequences on one mount, each in a folder of
/// its own. <c>AGENTBAY_MODEL_MOUNT_COUNT=n</c> runs another number of them.
/// </summary>
public sealed class MountModelTests(Machine machine)
{
    /// <summary>Of so many sequences one has real kills, remounts and new machines; in the others they are looks into the store, which take no time.</summary>
    private const int SequencesForOneWithRemounts = 4;

    private const int EmbeddedForOneOnS3 = 8;

    /// <summary>The daemon writes back by itself.</summary>
    private static readonly ModelAct[] NotHere = [ModelAct.WriteBack];
    private static readonly ModelAct[] NotWithoutRemounts = [.. NotHere, ModelAct.KillAtStep, ModelAct.Remount, ModelAct.MoveToNewMachine];

    private static readonly int Sequences = int.TryParse(Environment.GetEnvironmentVariable("AGENTBAY_MODEL_MOUNT_COUNT"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 200;

    [Theory]
    [ClassData<BothStores>]
    public async Task Random_work_of_programs_ends_as_the_model_says_here_in_the_store_and_on_a_new_machine(StoreKind store)
    {
        (int first, int sequences, int withRemounts) = store == StoreKind.Embedded ? (0, Sequences, SequencesForOneWithRemounts) : (Sequences, Sequences / EmbeddedForOneOnS3, 1);
        var done = new List<Sequence>();
        await using ModelMachine shared = await ModelMachine.StartAsync(machine, store);
        for (int seed = first; seed < first + sequences; seed++)
        {
            bool remounts = seed % withRemounts == 0;
            var sequence = new Sequence(shared, store, seed, remounts, ModelGenerator.Sequence(seed, remounts ? NotHere : NotWithoutRemounts));
            done.Add(sequence);
            await HoldsAsync(sequence, sequence.RunAsync);
        }

        await shared.RemountAsync();
        await CheckAllAsync(done, "after a remount");
        await shared.MoveToNewMachineAsync();
        await CheckAllAsync(done, "on a new machine");
        await shared.Box.UnmountAsync();
    }

    private async Task CheckAllAsync(IEnumerable<Sequence> done, string where)
    {
        foreach (Sequence sequence in done)
        {
            await HoldsAsync(sequence, () => sequence.CheckAsync(where));
        }
    }

    /// <summary>A failure is tried again, shorter and shorter, on mounts of its own.</summary>
    private async Task HoldsAsync(Sequence sequence, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception error)
        {
            ModelFailure failure = await ModelShrinker.ShrinkAsync(sequence.FailedWith(error), ops => TryAsync(sequence, ops));
            throw new ModelException($"{(sequence.Remounts ? "with remounts, " : "")}on {sequence.Store}: {failure}");
        }
    }

    private async Task<ModelFailure?> TryAsync(Sequence failed, IReadOnlyList<ModelOp> ops)
    {
        await using ModelMachine alone = await ModelMachine.StartAsync(machine, failed.Store);
        var again = new Sequence(alone, failed.Store, failed.Seed, failed.Remounts, ops);
        try
        {
            await again.RunAsync();
            await alone.RemountAsync();
            await again.CheckAsync("after a remount");
            await alone.MoveToNewMachineAsync();
            await again.CheckAsync("on a new machine");
            return null;
        }
        catch (Exception error)
        {
            return again.FailedWith(error);
        }
    }

    private sealed class Sequence(ModelMachine machine, StoreKind store, int seed, bool remounts, IReadOnlyList<ModelOp> ops)
    {
        private readonly List<string> log = [];
        private ModelRun? run;

        public StoreKind Store => store;

        public int Seed => seed;

        public bool Remounts => remounts;

        /// <summary>To the point where all is stored.</summary>
        public async Task RunAsync()
        {
            await using var mount = new KernelModelMount(machine, $"s{seed}", remounts);
            run = new ModelRun(mount, log.Add);
            await run.RunAsync(ops);
            await run.StoreAllAsync();
        }

        public Task CheckAsync(string where) => run!.CheckTreeAsync(where);

        public ModelFailure FailedWith(Exception error) => new(seed, "Default", ops, error, log);
    }
}
