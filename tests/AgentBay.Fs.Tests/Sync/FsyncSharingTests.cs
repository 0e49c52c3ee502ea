using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>Many wait for one file at once.</summary>
public sealed class FsyncSharingTests
{
    private const int Many = 50;

    [Fact]
    public async Task Many_fsyncs_of_one_file_at_once_share_one_upload()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("f", "content");
        var begun = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        mirror.Store.BeforeCall = (call, _) =>
        {
            begun.TrySetResult();
            return call.Call == StoreCall.Put ? answer.Task : Task.CompletedTask;
        };

        Task<bool>[] fsyncs = [.. Enumerable.Range(0, Many).Select(_ => Task.Run(() => mirror.FsyncAsync("f")))];
        await begun.Task;
        answer.SetResult();

        Assert.All(await Task.WhenAll(fsyncs), Assert.True);
        Assert.Equal(1, mirror.Store.Count(StoreCall.Put));
        Assert.Equal("content", await mirror.StoredAsync("f"));
    }

    /// <summary>Every upload finds that the file was written again meanwhile.</summary>
    [Fact]
    public async Task Writes_while_fsyncs_wait_neither_get_lost_nor_keep_them_waiting()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("f", "before");
        int writes = 0;
        mirror.Store.BeforeCall = (call, _) =>
        {
            if (call.Call == StoreCall.Put)
            {
                using TestMirror.Writing writing = mirror.BeginWriting("f");
                mirror.WriteUnseen("f", $" and {Interlocked.Increment(ref writes)}", 6);
            }

            return Task.CompletedTask;
        };

        await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => Task.Run(() => mirror.FsyncAsync("f"))));

        mirror.Store.BeforeCall = null;
        Assert.StartsWith("before", await mirror.StoredAsync("f"), StringComparison.Ordinal);
        await mirror.FlushCleanAsync();
        Assert.Equal(await mirror.ReadAsync("f"), await mirror.StoredAsync("f"));
    }
}
