using System.Net.Sockets;
using System.Text;
using AgentBay.Fs.Control;
using AgentBay.Fs.Sync;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Control;

[Collection(NothingBeside.Name)]
public sealed class ControlServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_says_what_is_pending_and_what_failed()
    {
        await using var fixture = new ControlFixture();
        fixture.Session.Status = new SyncStatus(3, 300, "slow down", [new PendingChange(TreePath.Parse("dir/file"), 100, "too large")]);
        await using ControlClient client = await fixture.ConnectAsync();

        var reply = Assert.IsType<ControlReply.Status>(await client.AskAsync(new ControlRequest.Status(), Cancel));

        Assert.Equal((MountState.Mounted, 3, 300L, "slow down"), (reply.Mount.State, reply.Mount.PendingFiles, reply.Mount.PendingBytes, reply.Mount.LastError));
        Assert.Equal([new Remaining("dir/file", 100, "too large")], reply.Mount.Failed);
    }

    [Fact]
    public async Task A_transfer_is_among_the_tasks_before_the_call_that_asked_for_it_is_answered()
    {
        await using var fixture = new ControlFixture();
        var release = new TaskCompletionSource<FlushReport>();
        fixture.Session.OnFlush = (_, _) => release.Task;
        await using ControlClient client = await fixture.ConnectAsync();

        SyncTask begun = Assert.Single(Assert.IsType<ControlReply.Tasks>(await client.AskAsync(new ControlRequest.Sync(SyncMode.Upload, Detached: true), Cancel)).Rows);
        Assert.Equal((ControlFixture.Info.ContextId, ControlFixture.Info.MountPoint, SyncMode.Upload, SyncTaskStatus.Pending, null), (begun.ContextId, begun.Path, begun.TaskType, begun.Status, begun.FinishTime));

        release.SetResult(new FlushReport(1, 5, [new PendingChange(TreePath.Parse("dir/file"), 100, "too large")]));
        SyncTask ended = begun;
        await Eventually.HappensAsync(
            async () =>
            {
                ended = Assert.Single(Assert.IsType<ControlReply.Tasks>(await client.AskAsync(new ControlRequest.Tasks(), Cancel)).Rows);
                return ended.Status != SyncTaskStatus.Pending;
            },
            Cancel);

        Assert.Equal((SyncTaskStatus.Failed, "1 change is not in the store: dir/file: too large"), (ended.Status, ended.ErrorMessage));
        Assert.NotNull(ended.FinishTime);
    }

    [Fact]
    public async Task A_later_transfer_of_a_type_takes_the_place_of_the_one_before_also_while_that_still_runs()
    {
        await using var fixture = new ControlFixture();
        var releases = new Queue<TaskCompletionSource<FlushReport>>([new(), new()]);
        var runs = new List<TaskCompletionSource<FlushReport>>();
        fixture.Session.OnFlush = (_, _) =>
        {
            runs.Add(releases.Dequeue());
            return runs[^1].Task;
        };
        Task<FlushReport> first = fixture.Lifecycle.SyncAsync(SyncMode.Upload, Cancel);
        Task<FlushReport> second = fixture.Lifecycle.SyncAsync(SyncMode.Upload, Cancel);

        runs[0].SetResult(FakeSession.Clean);
        _ = await first;

        Assert.Equal(SyncTaskStatus.Pending, Assert.Single(fixture.Lifecycle.Tasks).Status);
        runs[1].SetResult(FakeSession.Clean);
        _ = await second;
        Assert.Equal(SyncTaskStatus.Success, Assert.Single(fixture.Lifecycle.Tasks).Status);
    }

    [Fact]
    public async Task Several_requests_go_over_one_connection()
    {
        await using var fixture = new ControlFixture();
        await using ControlClient client = await fixture.ConnectAsync();

        _ = Assert.IsType<ControlReply.Done>(await client.AskAsync(new ControlRequest.Sync(SyncMode.Upload), Cancel));
        _ = Assert.IsType<ControlReply.Done>(await client.AskAsync(new ControlRequest.Sync(SyncMode.Download), Cancel));

        Assert.Equal((1, 1), (fixture.Session.Flushes, fixture.Session.Downloads));
    }

    [Fact]
    public async Task Sync_streams_progress_until_it_is_done()
    {
        await using var fixture = new ControlFixture();
        var release = new TaskCompletionSource<FlushReport>();
        fixture.Session.OnFlush = (progress, _) =>
        {
            progress!.Report(new FlushProgress(1, 2, 10, 20));
            return release.Task;
        };
        await using ControlClient client = await fixture.ConnectAsync();
        var replies = new List<ControlReply>();

        await foreach (ControlReply reply in client.SendAsync(new ControlRequest.Sync(SyncMode.Upload), Cancel))
        {
            replies.Add(reply);
            _ = release.TrySetResult(new FlushReport(2, 20, []));
        }

        Assert.Equal(new ControlReply.Progress(MountState.Mounted, 1, 2, 10, 20, null), replies[0]);
        Assert.Equal((2, 20L, 0), Assert.IsType<ControlReply.Done>(replies[^1]) switch { var done => (done.FilesDone, done.BytesDone, done.RemainingCount) });
    }

    [Fact]
    public async Task A_client_that_hangs_up_does_not_stop_the_flush()
    {
        await using var fixture = new ControlFixture();
        var started = new TaskCompletionSource<CancellationToken>();
        var release = new TaskCompletionSource<FlushReport>();
        fixture.Session.OnFlush = (_, cancel) =>
        {
            started.SetResult(cancel);
            return release.Task;
        };
        await using (ControlClient client = await fixture.ConnectAsync())
        {
            _ = client.AskAsync(new ControlRequest.Sync(SyncMode.Upload), Cancel);
            _ = await started.Task;
        }

        await using ControlClient other = await fixture.ConnectAsync();
        _ = Assert.IsType<ControlReply.Status>(await other.AskAsync(new ControlRequest.Status(), Cancel));
        Assert.False((await started.Task).IsCancellationRequested);
        release.SetResult(FakeSession.Clean);
    }

    [Fact]
    public async Task A_failure_is_an_answer_with_its_message()
    {
        await using var fixture = new ControlFixture();
        fixture.Session.OnFlush = (_, _) => throw new FsException(FsError.StoreUnavailable, "The store is away.");
        await using ControlClient client = await fixture.ConnectAsync();

        Assert.Equal(new ControlReply.Failed("The store is away."), await client.AskAsync(new ControlRequest.Sync(SyncMode.Upload), Cancel));
    }

    public static TheoryData<ControlRequest> Questions { get; } =
        [new ControlRequest.Status(), new ControlRequest.Path("a"), new ControlRequest.Rule("a"), new ControlRequest.Acknowledge("a")];

    [Theory, MemberData(nameof(Questions), DisableDiscoveryEnumeration = true)]
    public async Task A_question_that_fails_is_answered_with_its_message_and_the_next_is_served(ControlRequest question)
    {
        await using var fixture = new ControlFixture();
        await using ControlClient client = await fixture.ConnectAsync();
        fixture.Session.Fault = new FsException(FsError.NoSpace, "The index cannot be read.");

        Assert.Equal(new ControlReply.Failed("The index cannot be read."), await client.AskAsync(question, Cancel));

        fixture.Session.Fault = null;
        _ = Assert.IsType<ControlReply.Status>(await client.AskAsync(new ControlRequest.Status(), Cancel));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"request\":\"explode\"}")]
    [InlineData("{\"request\":\"sync\",\"mode\":\"sideways\"}")]
    [InlineData("{\"request\":\"unmount\",\"deadlineSeconds\":-1}")]
    [InlineData("{\"request\":\"unmount\",\"deadlineSeconds\":\"soon\"}")]
    public async Task A_line_that_is_no_request_is_answered_with_an_error_and_the_next_is_served(string line)
    {
        await using var fixture = new ControlFixture();

        string[] answers = await SayAsync(fixture, line + "\n{\"request\":\"status\"}\n", answers: 2);

        Assert.StartsWith("{\"reply\":\"failed\",\"message\":\"", answers[0], StringComparison.Ordinal);
        Assert.StartsWith("{\"reply\":\"status\",\"mount\":{\"info\":{\"pid\":42,", answers[1], StringComparison.Ordinal);
        Assert.Empty(fixture.Host.Unmounts);
    }

    [Fact]
    public async Task An_endless_line_is_refused_and_hung_up_on()
    {
        await using var fixture = new ControlFixture();

        string[] answers = await SayAsync(fixture, new string('x', ControlRequest.MaxBytes + 1), answers: 2);

        Assert.Equal(["{\"reply\":\"failed\",\"message\":\"A message is longer than 65536 bytes.\"}"], answers);
    }

    [Fact]
    public async Task A_state_folder_of_any_length_has_a_socket()
    {
        await using var fixture = new ControlFixture(Path.Combine(new string('a', 200), new string('b', 200)));
        await using ControlClient client = await fixture.ConnectAsync();

        _ = Assert.IsType<ControlReply.Status>(await client.AskAsync(new ControlRequest.Status(), Cancel));
        Assert.Contains(Path.GetDirectoryName(fixture.SocketPath), File.ReadLines("/proc/net/unix").Where(line => line.EndsWith("/control.sock", StringComparison.Ordinal)).Select(line => ControlSocket.FolderOf(Path.GetDirectoryName(line.Split(' ')[^1])!)));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(fixture.SocketPath) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task A_client_knows_the_process_that_it_asks()
    {
        await using var fixture = new ControlFixture();
        await using ControlClient client = await fixture.ConnectAsync();

        Assert.Equal(OperatingSystem.IsLinux() ? Environment.ProcessId : null, client.ServerPid);
    }

    [Fact]
    public async Task Nobody_listening_is_no_error()
    {
        var folder = Directory.CreateTempSubdirectory("agentbay-control-");
        try
        {
            string path = Path.Combine(folder.FullName, "control.sock");
            Assert.Null(await ControlClient.TryConnectAsync(path, Cancel));
            ControlSocket.Listen(path).Dispose(); // Dead, as after a kill.
            Assert.Null(await ControlClient.TryConnectAsync(path, Cancel));
            ControlSocket.Listen(path).Dispose(); // Its place can be taken.
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string[]> SayAsync(ControlFixture fixture, string text, int answers)
    {
        using Socket socket = (await ControlSocket.TryConnectAsync(fixture.SocketPath, Cancel))!;
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), Cancel);
        using var reader = new StreamReader(stream);
        var lines = new List<string>();
        while (lines.Count < answers && await reader.ReadLineAsync(Cancel) is { } line)
        {
            lines.Add(line);
        }

        return [.. lines];
    }
}
