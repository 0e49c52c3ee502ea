namespace AgentBay.Fs.Tests.Sync;

/// <summary>The process dies at each named step, at each of the first times that it is reached; then everything must be as if it had not.</summary>
public sealed class KillPointTests
{
    private const int TimesOfOneStep = 3;

    private static readonly string[] Steps =
    [
        "place.before", "place.placed",
        "hydrate.noted", "hydrate.block", "hydrate.synced", "hydrate.unmarked",
        "discard.noted", "discard.truncated", "discard.unmarked",
        "Intent.noted",
        "Upload.before", "Upload.put", "Upload.begun", "Upload.part", "Upload.completed", "Upload.after",
        "Copy.before", "Copy.copied", "Copy.after",
        "CopyAside.before", "CopyAside.copied", "CopyAside.after",
        "UploadAttributes.before", "UploadAttributes.copied", "UploadAttributes.after",
        "PutFolder.before", "PutFolder.put", "PutFolder.after",
        "Delete.before", "Delete.deleted", "Delete.after",
        "Refresh.before", "Refresh.after",
        "Forget.before", "Forget.after",
        "Conflict.copied",
    ];

    public static TheoryData<string> AllSteps => [.. Steps];

    [Fact]
    public async Task The_work_reaches_every_step_and_no_other()
    {
        await using TestMirror mirror = await Scenario.PreparedAsync();
        await Scenario.WorkAsync(mirror);

        Assert.Equal(Steps.Order(), mirror.ReachedSteps.Order());
    }

    [Theory]
    [MemberData(nameof(AllSteps))]
    public Task Killed_at(string step) => KilledAsync(step, newETagEachWrite: false);

    [Theory]
    [MemberData(nameof(AllSteps))]
    public Task Killed_where_each_write_has_another_ETag_at(string step) => KilledAsync(step, newETagEachWrite: true);

    private static async Task KilledAsync(string step, bool newETagEachWrite)
    {
        (string expected, string stored) = await Scenario.ExpectedAsync();
        for (int number = 1; number <= TimesOfOneStep; number++)
        {
            await using TestMirror mirror = await Scenario.PreparedAsync(newETagEachWrite);
            mirror.KillAt(step, number);
            if (!await Scenario.WorkAsync(mirror))
            {
                break;
            }

            Assert.Equal(expected, await Scenario.TreeOf(mirror));
            Assert.Equal(stored, Scenario.StoreOf(mirror));
            await mirror.RemountAfreshAsync();
            Assert.Equal(expected, await Scenario.TreeOf(mirror));
        }
    }
}
