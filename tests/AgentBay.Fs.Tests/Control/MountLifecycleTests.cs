using AgentBay.Fs.Control;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Sync;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentBay.Fs.Tests.Control;

public sealed class MountLifecycleTests
{
    private static readonly UnmountOptions Patient = new(Deadline: null, Force: false);

    [Fact]
    public async Task Unmount_flushes_while_mounted_and_again_when_nobody_can_write()
    {
        await using var fixture = new ControlFixture();
        var states = new List<MountState>();
        fixture.Session.OnFlush = (_, _) =>
        {
            states.Add(fixture.Lifecycle.Status.State);
            return Task.FromResult(FakeSession.Clean);
        };
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();

        _ = Assert.IsType<UnmountResult.Unmounted>(await fixture.Lifecycle.UnmountAsync(Patient));

        Assert.Equal([MountState.Flushing, MountState.Draining], states);
        Assert.Equal([false], fixture.Host.Unmounts);
        Assert.True((await life).IsClean);
        Assert.Equal(MountState.Ended, fixture.Lifecycle.Status.State);
    }

    [Fact]
    public async Task Who_does_not_wait_for_the_store_has_it_unmounted_before_the_first_flush()
    {
        await using var fixture = new ControlFixture();
        var unmountedBefore = new List<int>();
        fixture.Session.OnFlush = (_, _) =>
        {
            unmountedBefore.Add(fixture.Host.Unmounts.Count);
            return Task.FromResult(FakeSession.Clean);
        };
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();

        _ = Assert.IsType<UnmountResult.Unmounted>(await fixture.Lifecycle.UnmountAsync(Patient with { DrainLater = true }));

        Assert.Equal([1], unmountedBefore);
        Assert.True((await life).IsClean);
    }

    [Fact]
    public async Task A_busy_mount_stays_mounted_and_names_its_users()
    {
        await using var fixture = new ControlFixture();
        fixture.Host.Users = [new BusyProcess(7, "bash")];
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();

        var busy = Assert.IsType<UnmountResult.Busy>(await fixture.Lifecycle.UnmountAsync(Patient));

        Assert.Equal([new BusyProcess(7, "bash")], busy.Processes);
        Assert.Equal(MountState.Mounted, fixture.Lifecycle.Status.State);
        fixture.Host.Users = null;
        _ = Assert.IsType<UnmountResult.Unmounted>(await fixture.Lifecycle.UnmountAsync(Patient));
        _ = await life;
    }

    [Fact]
    public async Task A_mount_that_was_busy_and_is_taken_away_meanwhile_is_drained()
    {
        await using var fixture = new ControlFixture();
        fixture.Host.Users = [new BusyProcess(7, "bash")];
        fixture.Host.OnUnmount = fixture.Host.EndByKernel;
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();

        _ = Assert.IsType<UnmountResult.Unmounted>(await fixture.Lifecycle.UnmountAsync(Patient));

        _ = await life;
    }

    [Fact]
    public async Task Force_detaches_a_busy_mount_and_drains_it()
    {
        await using var fixture = new ControlFixture();
        fixture.Host.Users = [new BusyProcess(7, "bash")];
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();

        _ = Assert.IsType<UnmountResult.Unmounted>(await fixture.Lifecycle.UnmountAsync(Patient with { Force = true }));

        Assert.Equal([false, true], fixture.Host.Unmounts);
        Assert.Equal(2, fixture.Session.Flushes);
        _ = await life;
    }

    [Fact]
    public async Task A_signal_after_the_end_is_no_error()
    {
        await using var fixture = new ControlFixture();
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();
        UnmountResult first = await fixture.Lifecycle.UnmountAsync(Patient);
        _ = await life;
        fixture.Lifecycle.Dispose();

        Assert.Same(first, await fixture.Lifecycle.UnmountAsync(new UnmountOptions(TimeSpan.Zero, Force: true)));
    }

    [Fact]
    public async Task A_signal_to_a_mount_that_broke_is_no_error()
    {
        await using var fixture = new ControlFixture();
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();
        fixture.Session.Break(new InvalidOperationException("a bug"));
        _ = await Assert.ThrowsAsync<InvalidOperationException>(() => life);
        fixture.Lifecycle.Dispose();

        Assert.Equal(FsError.ShuttingDown, (await Assert.ThrowsAsync<FsException>(() => fixture.Lifecycle.UnmountAsync(new UnmountOptions(TimeSpan.Zero, Force: true)))).Error);
        Assert.Equal(0, fixture.Session.Flushes);
    }

    [Fact]
    public async Task Who_did_not_insist_is_not_forced_by_an_earlier_one_that_was_refused()
    {
        await using var fixture = new ControlFixture();
        fixture.Host.Users = [new BusyProcess(7, "bash")];
        fixture.Host.RefusesLazy = true;
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();
        _ = Assert.IsType<UnmountResult.Busy>(await fixture.Lifecycle.UnmountAsync(Patient with { Force = true }));
        fixture.Host.RefusesLazy = false;

        _ = Assert.IsType<UnmountResult.Busy>(await fixture.Lifecycle.UnmountAsync(Patient));

        Assert.Equal([false, true, false], fixture.Host.Unmounts);
        _ = Assert.IsType<UnmountResult.Unmounted>(await fixture.Lifecycle.UnmountAsync(Patient with { Force = true }));
        _ = await life;
    }

    [Fact]
    public async Task Who_joins_and_insists_is_heard_also_when_the_mount_was_just_found_busy()
    {
        await using var fixture = new ControlFixture();
        fixture.Host.Users = [new BusyProcess(7, "bash")];
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();
        Task<UnmountResult>? insisting = null;
        fixture.Host.OnUnmount = () => insisting ??= fixture.Lifecycle.UnmountAsync(Patient with { Force = true });

        Assert.Same(await fixture.Lifecycle.UnmountAsync(Patient), await insisting!);

        Assert.Equal([false, false, true], fixture.Host.Unmounts);
        _ = await life;
    }

    [Fact]
    public async Task A_mount_that_shows_what_the_store_has_begins_with_a_download_that_is_what_its_last_look_into_the_store_was()
    {
        var session = new FakeSession { DownloadsByItself = true };
        using var lifecycle = new MountLifecycle(session, new FakeHost(), ControlFixture.Info, NullLogger.Instance, TimeProvider.System);
        await using var other = new ControlFixture();
        DateTimeOffset at = DateTimeOffset.UnixEpoch.AddDays(1);
        var begun = new SyncTask(ControlFixture.Info.ContextId, ControlFixture.Info.MountPoint, SyncMode.Download, SyncTaskStatus.Pending, ControlFixture.Info.StartedAt);
        Assert.Equal([begun], lifecycle.Tasks);

        session.RootLook = new RootLook(at, "access denied");
        Assert.Equal([begun with { Status = SyncTaskStatus.Failed, FinishTime = at, ErrorMessage = "access denied" }], lifecycle.Tasks);
        session.RootLook = new RootLook(at, null);
        Assert.Equal([begun with { Status = SyncTaskStatus.Success, FinishTime = at }], lifecycle.Tasks);

        _ = await lifecycle.SyncAsync(SyncMode.Download, TestContext.Current.CancellationToken);
        session.RootLook = new RootLook(at, "access denied");
        Assert.Equal(SyncTaskStatus.Success, Assert.Single(lifecycle.Tasks).Status);
        Assert.Empty(other.Lifecycle.Tasks);
    }

    [Fact]
    public async Task A_background_upload_that_fails_is_a_row_until_one_succeeds_and_a_success_that_nobody_asked_for_is_none()
    {
        await using var fixture = new ControlFixture();
        DateTimeOffset began = DateTimeOffset.UnixEpoch.AddDays(1);
        fixture.Session.EndBackgroundFlush(began, null);
        Assert.Empty(fixture.Lifecycle.Tasks);

        fixture.Session.EndBackgroundFlush(began, new IOException("access denied"));
        SyncTask failed = Assert.Single(fixture.Lifecycle.Tasks);
        fixture.Session.EndBackgroundFlush(began, null);
        SyncTask succeeded = Assert.Single(fixture.Lifecycle.Tasks);

        Assert.Equal((SyncMode.Upload, SyncTaskStatus.Failed, began, "access denied"), (failed.TaskType, failed.Status, failed.StartTime, failed.ErrorMessage));
        Assert.Equal((SyncTaskStatus.Success, null), (succeeded.Status, succeeded.ErrorMessage));
    }

    [Fact]
    public async Task A_background_upload_that_fails_leaves_the_row_of_one_that_was_asked_for_and_still_runs()
    {
        await using var fixture = new ControlFixture();
        var release = new TaskCompletionSource<FlushReport>();
        fixture.Session.OnFlush = (_, _) => release.Task;
        Task<FlushReport> sync = fixture.Lifecycle.SyncAsync(SyncMode.Upload, TestContext.Current.CancellationToken);

        fixture.Session.EndBackgroundFlush(DateTimeOffset.UnixEpoch, new IOException("access denied"));

        Assert.Equal(SyncTaskStatus.Pending, Assert.Single(fixture.Lifecycle.Tasks).Status);
        release.SetResult(FakeSession.Clean);
        _ = await sync;
        Assert.Equal(SyncTaskStatus.Success, Assert.Single(fixture.Lifecycle.Tasks).Status);
    }

    [Fact]
    public async Task A_deadline_ends_the_waiting_and_the_mount_and_says_what_remains()
    {
        await using var fixture = new ControlFixture();
        fixture.Session.OnFlush = (_, deadline) => FakeSession.NeverAsync(deadline);
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();

        var result = Assert.IsType<UnmountResult.Unmounted>(await fixture.Lifecycle.UnmountAsync(new UnmountOptions(TimeSpan.FromMilliseconds(1), Force: false)));

        Assert.Equal("a/b", Assert.Single(result.Report.Remaining).Path.ToString());
        Assert.Equal([false], fixture.Host.Unmounts);
        Assert.False((await life).IsClean);
    }

    [Fact]
    public async Task Where_uploads_wait_to_be_asked_for_the_end_uploads_nothing_and_says_what_remains()
    {
        await using var fixture = new ControlFixture();
        fixture.Session.UploadsByItself = false;
        fixture.Session.Survey = new FlushReport(0, 0, [new PendingChange(TreePath.Parse("a"), 1, null)]) { IsByPolicy = true };
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();

        var result = Assert.IsType<UnmountResult.Unmounted>(await fixture.Lifecycle.UnmountAsync(Patient));

        Assert.Equal((0, 1), (fixture.Session.Flushes, fixture.Session.Surveys));
        Assert.True(result.Report is { IsByPolicy: true, IsClean: false });
        Assert.False((await life).IsClean);
    }

    [Fact]
    public async Task An_unmount_with_sync_uploads_where_uploads_wait_to_be_asked_for()
    {
        await using var fixture = new ControlFixture();
        fixture.Session.UploadsByItself = false;
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();

        _ = Assert.IsType<UnmountResult.Unmounted>(await fixture.Lifecycle.UnmountAsync(Patient with { Sync = true }));

        Assert.Equal((2, 0), (fixture.Session.Flushes, fixture.Session.Surveys));
        _ = await life;
    }

    [Fact]
    public async Task A_second_unmount_joins_the_first_and_can_hurry_it()
    {
        await using var fixture = new ControlFixture();
        fixture.Session.OnFlush = (_, deadline) => FakeSession.NeverAsync(deadline);
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();
        Task<UnmountResult> patient = fixture.Lifecycle.UnmountAsync(Patient);

        UnmountResult hurried = await fixture.Lifecycle.UnmountAsync(new UnmountOptions(TimeSpan.Zero, Force: false));

        Assert.Same(hurried, await patient);
        _ = Assert.Single(fixture.Host.Unmounts);
        _ = await life;
    }

    [Fact]
    public async Task A_mount_that_was_busy_at_its_deadline_waits_anew_the_next_time()
    {
        await using var fixture = new ControlFixture();
        fixture.Session.OnFlush = (_, deadline) => FakeSession.NeverAsync(deadline);
        fixture.Host.Users = [new BusyProcess(7, "bash")];
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();
        _ = Assert.IsType<UnmountResult.Busy>(await fixture.Lifecycle.UnmountAsync(new UnmountOptions(TimeSpan.Zero, Force: false)));

        var asked = new TaskCompletionSource<bool>();
        fixture.Session.OnFlush = (IProgress<FlushProgress>? _, CancellationToken deadline) =>
        {
            asked.TrySetResult(deadline.IsCancellationRequested);
            return Task.FromResult(FakeSession.Clean);
        };
        fixture.Host.Users = null;
        _ = await fixture.Lifecycle.UnmountAsync(Patient);

        Assert.False(await asked.Task);
        _ = await life;
    }

    [Fact]
    public async Task A_mount_that_the_kernel_ended_drains_and_ends()
    {
        await using var fixture = new ControlFixture();
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();

        fixture.Host.EndByKernel();

        Assert.True((await life).IsClean);
        Assert.Equal(1, fixture.Session.Flushes);
        Assert.Empty(fixture.Host.Unmounts);
    }

    [Fact]
    public async Task A_background_failure_detaches_the_mount_and_is_thrown()
    {
        await using var fixture = new ControlFixture();
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();

        fixture.Session.Break(new InvalidOperationException("a bug"));

        Assert.Equal("a bug", (await Assert.ThrowsAsync<InvalidOperationException>(() => life)).Message);
        Assert.Equal([true], fixture.Host.Unmounts);
        Assert.Equal(0, fixture.Session.Flushes);
    }

    [Fact]
    public async Task Unmounting_over_the_socket_lists_the_users_of_a_busy_mount()
    {
        await using var fixture = new ControlFixture();
        fixture.Host.Users = [new BusyProcess(7, "bash")];
        Task<FlushReport> life = fixture.Lifecycle.RunAsync();
        await using ControlClient client = await fixture.ConnectAsync();

        var busy = Assert.IsType<ControlReply.Busy>(await client.AskAsync(new ControlRequest.Unmount(null, Force: false), TestContext.Current.CancellationToken));

        Assert.Equal([new BusyProcess(7, "bash")], busy.Processes);
        _ = await fixture.Lifecycle.UnmountAsync(Patient with { Force = true });
        _ = await life;
    }

    [Fact]
    public async Task What_remains_is_cut_in_the_message_and_counted_in_full()
    {
        await using var fixture = new ControlFixture();
        PendingChange[] many = [.. Enumerable.Range(0, ControlReply.MaxRemaining + 5).Select(i => new PendingChange(TreePath.Parse($"f{i}"), 2, null))];
        fixture.Session.OnFlush = (_, _) => Task.FromResult(new FlushReport(0, 0, many));
        await using ControlClient client = await fixture.ConnectAsync();

        var done = Assert.IsType<ControlReply.Done>(await client.AskAsync(new ControlRequest.Sync(SyncMode.Upload), TestContext.Current.CancellationToken));

        Assert.Equal((many.Length, 2L * many.Length, ControlReply.MaxRemaining), (done.RemainingCount, done.RemainingBytes, done.Remaining.Count));
    }
}
