using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace AgentBay.Fs.Tests;

/// <summary>Runs a property on many values. A failure shows the value and its seed, "Replay: (a,b,…)"; the environment's <c>AGENTBAY_SEED=a,b</c> runs it again.</summary>
internal static class Property
{
    private static readonly string? Seed = Environment.GetEnvironmentVariable("AGENTBAY_SEED");

    /// <param name="holds">Throws, as an assertion does, when the property does not hold.</param>
    public static void Check<T>(Gen<T> values, Action<T> holds, Func<T, IEnumerable<T>>? shrink = null, int count = 2000)
    {
        Config config = Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true);
        if (Seed is not null)
        {
            ulong[] seed = [.. Seed.Split(',').Select(part => ulong.Parse(part, CultureInfo.InvariantCulture))];
            config = config.WithReplay(new Replay(new Rnd(seed[0], seed[1]), null));
        }

        Prop.ForAll(shrink is null ? values.ToArbitrary() : Arb.From(values, shrink), holds).Check(config);
    }
}
