using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>Each store call of some work fails once, before it takes effect or after; in the end everything must be as if it had not.</summary>
public sealed class StoreFaultTests
{
    private static readonly StoreCall[] UsedBySync =
    [
        StoreCall.List, StoreCall.Head, StoreCall.Get, StoreCall.Put, StoreCall.BeginMultipart, StoreCall.UploadPart, StoreCall.CompleteMultipart, StoreCall.Copy, StoreCall.Delete,
    ];

    public static TheoryData<StoreCall, bool> Faults
    {
        get
        {
            var faults = new TheoryData<StoreCall, bool>();
            foreach (StoreCall call in UsedBySync)
            {
                faults.Add(call, false);
                faults.Add(call, true);
            }

            return faults;
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Each_call_of_a_kind_fails_once(StoreCall call, bool afterEffect)
    {
        (string expected, string stored) = await Scenario.ExpectedAsync();
        for (int number = 1; ; number++)
        {
            await using TestMirror mirror = await Scenario.PreparedAsync();
            int before = mirror.Store.Count(call);
            mirror.Store.Fail(call, number, afterEffect: afterEffect);
            await Scenario.WorkAsync(mirror);
            if (mirror.Store.Count(call) - before < number)
            {
                Assert.NotEqual(1, number);
                break;
            }

            Assert.Equal(expected, await Scenario.TreeOf(mirror));
            Assert.Equal(stored, Scenario.StoreOf(mirror));
            await mirror.RemountAfreshAsync();
            Assert.Equal(expected, await Scenario.TreeOf(mirror));
        }
    }
}
