using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>Costs by their number of calls, which do not depend on the machine.</summary>
public sealed class ManyFilesTests(ITestOutputHelper output)
{
    private const int Many = 10_000;

    [Fact]
    public async Task Ten_thousand_files_are_one_call_each_to_store_and_to_delete()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.MakeFolderAsync("d");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (int i = 0; i < Many; i++)
        {
            await mirror.WriteAsync($"d/f{i}", "x");
        }

        Say("written");
        await mirror.FlushCleanAsync();
        Say("flushed");
        Assert.Equal(Many, mirror.Store.Count(StoreCall.Put));
        for (int i = 0; i < Many; i++)
        {
            await mirror.DeleteAsync($"d/f{i}");
        }

        Say("deleted");
        _ = mirror.NewCalls();
        await mirror.FlushCleanAsync();
        Say("flushed");
        Assert.Equal(Many + 1, mirror.NewCalls().Count);

        void Say(string what)
        {
            output.WriteLine($"{what}: {clock.ElapsedMilliseconds} ms");
            clock.Restart();
        }
    }

    [Fact]
    public async Task A_folder_of_two_thousand_names_is_filled()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        for (int i = 0; i < 2000; i++)
        {
            await mirror.PutForeignAsync($"f{i}", "x");
        }

        var clock = System.Diagnostics.Stopwatch.StartNew();
        await mirror.FillAsync("");
        output.WriteLine($"filled: {clock.ElapsedMilliseconds} ms");
        clock.Restart();
        await mirror.RemountAsync();
        output.WriteLine($"remounted: {clock.ElapsedMilliseconds} ms");
        clock.Restart();
        await mirror.FillAsync("");
        output.WriteLine($"compared: {clock.ElapsedMilliseconds} ms");

        Assert.Equal(2000, mirror.Host.Placeholders.Count);
    }
}
