using AgentBay.Posix;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fuse.Tests;

public sealed class SessionTests
{
    [Fact]
    public async Task An_answer_that_comes_later_goes_back_on_the_channel_that_brought_the_request()
    {
        var fileSystem = new PendingFileSystem();
        await using var conversation = await Conversation.Start(fileSystem, new FuseSessionOptions { Threads = 2, DataPath = FuseDataPath.WriteThrough });
        var clone = await conversation.Kernel.NextClone();
        clone.Send(PendingFileSystem.ReadRequest(100));
        var read = fileSystem.NextRead();
        "late"u8.CopyTo(read.Buffer.Span);
        await Task.Run(() => read.Answer.SetResult(4));
        Assert.Equal(Bytes.Reply(100, "late"u8.ToArray()), clone.NextAnswer());
        Assert.Empty(conversation.Kernel.Answers);
    }

    [Fact]
    public async Task Requests_in_flight_have_buffers_of_their_own()
    {
        var fileSystem = new PendingFileSystem();
        await using var conversation = await Conversation.Start(fileSystem);
        var reads = new List<PendingRead>();
        for (byte i = 0; i < 20; i++)
        {
            conversation.Kernel.Send(PendingFileSystem.ReadRequest(100ul + (2ul * i)));
            reads.Add(fileSystem.NextRead());
            reads[i].Buffer.Span.Fill(i);
        }

        for (byte i = 0; i < 20; i++)
        {
            reads[i].Answer.SetResult(4096);
            Assert.Equal(Bytes.Reply(100ul + (2ul * i), [.. Enumerable.Repeat(i, 4096)]), conversation.Kernel.NextAnswer());
        }
    }

    [Fact]
    public async Task At_the_limit_the_session_reads_on_only_when_a_request_is_answered()
    {
        var fileSystem = new PendingFileSystem();
        await using var conversation = await Conversation.Start(fileSystem, new FuseSessionOptions { Threads = 1, MaxInFlight = 2, DataPath = FuseDataPath.WriteThrough });
        for (ulong unique = 100; unique < 110; unique += 2)
        {
            conversation.Kernel.Send(PendingFileSystem.ReadRequest(unique));
        }

        // Two wait for their handlers; the third, which the thread's own buffers took in, too. No buffers are left for the fourth.
        var held = new Queue<PendingRead>([fileSystem.NextRead(), fileSystem.NextRead(), fileSystem.NextRead()]);
        for (ulong unique = 100; unique < 110; unique += 2)
        {
            held.Dequeue().Answer.SetResult(0);
            Assert.Equal(Bytes.Reply(unique, []), conversation.Kernel.NextAnswer());
            if (unique < 104)
            {
                held.Enqueue(fileSystem.NextRead());
            }
        }
    }

    [Fact]
    public async Task An_exception_is_answered_EIO_and_logged_as_an_error()
    {
        await using var conversation = await Conversation.Start(new Throwing());
        Assert.Equal(Bytes.Error(100, (int)Errno.EIO), conversation.Ask(Bytes.Request(1, 100, 5, new Bytes().Name("now").ToArray())));
        Assert.Equal(Bytes.Error(102, (int)Errno.EIO), conversation.Ask(Bytes.Request(10, 102, 5, new Bytes().Name("later").ToArray())));
        Assert.Equal(Bytes.Error(104, (int)Errno.EIO), conversation.Ask(Bytes.Request(17, 104, 5, [])));
        Assert.Empty(conversation.AskAndProbe(Bytes.Request(2, 106, 5, new Bytes().U64(1).ToArray())));
        Assert.Equal(4, conversation.Log.Lines.Count(l => l is { Level: LogLevel.Error, Id: 1005 }));
    }

    [Fact]
    public async Task What_is_not_overridden_answers_ENOSYS()
    {
        await using var conversation = await Conversation.Start(new Empty());
        foreach (var row in WireTable.Cases.Where(c => c.Payload is not null && c.Call is not null))
        {
            Assert.Equal(Bytes.Error(100, (int)Errno.ENOSYS), conversation.Ask(Bytes.Request(row.Opcode, 100, 5, row.Body)));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(512)]
    public async Task An_errno_that_the_kernel_would_not_take_becomes_EIO(int errno)
    {
        await using var conversation = await Conversation.Start(new Fixed((Errno)errno));
        Assert.Equal(Bytes.Error(100, (int)Errno.EIO), conversation.Ask(Bytes.Request(17, 100, 5, [])));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4097)]
    public async Task A_read_that_claims_more_than_was_asked_becomes_EIO(int count)
    {
        var fileSystem = new PendingFileSystem();
        await using var conversation = await Conversation.Start(fileSystem);
        conversation.Kernel.Send(PendingFileSystem.ReadRequest(100));
        fileSystem.NextRead().Answer.SetResult(count);
        Assert.Equal(Bytes.Error(100, (int)Errno.EIO), conversation.Kernel.NextAnswer());
        Assert.Contains(conversation.Log.Lines, l => l.Id == 1006);
    }

    [Theory]
    [InlineData(Errno.ENOENT, 0)]
    [InlineData(Errno.ENODEV, 0)]
    [InlineData(Errno.EINVAL, 1)]
    public async Task An_answer_nobody_waits_for_is_no_error_and_one_that_is_refused_is(Errno sendResult, int errors)
    {
        await using var conversation = await Conversation.Start(new Empty());
        conversation.Kernel.SendResult = sendResult;
        conversation.Ask(Bytes.Request(17, 100, 5, []));
        conversation.Kernel.SendResult = Errno.OK;
        conversation.Ask(Bytes.Request(17, 102, 5, []));
        Assert.Equal(errors, conversation.Log.Lines.Count(l => l.Id == 1007));
    }

    [Fact]
    public async Task Stopping_ends_the_threads_that_wait_for_requests()
    {
        using var stop = new CancellationTokenSource();
        var conversation = await Conversation.Start(new RecordingFileSystem(), new FuseSessionOptions { Threads = 3, DataPath = FuseDataPath.WriteThrough }, stop.Token);
        await stop.CancelAsync();
        await conversation.Run;
    }

    [Fact]
    public async Task A_session_disposes_the_channels_that_it_made_and_not_the_one_that_it_was_given()
    {
        var conversation = await Conversation.Start(new RecordingFileSystem(), new FuseSessionOptions { Threads = 2, DataPath = FuseDataPath.WriteThrough });
        var clone = await conversation.Kernel.NextClone();
        await conversation.DisposeAsync();
        Assert.True(clone.IsDisposed);
        Assert.False(conversation.Kernel.IsDisposed);
    }

    [Fact]
    public async Task A_filesystem_that_fails_to_start_ends_the_session_with_its_exception()
    {
        var kernel = new KernelDouble();
        var session = new FuseSession(kernel, new Unstartable(), new FuseSessionOptions { Threads = 1 }, null);
        var run = session.RunAsync();
        kernel.Send(Conversation.Init(7, 45, 0));
        Assert.Equal("no", (await Assert.ThrowsAsync<NotSupportedException>(() => run)).Message);
        Assert.Equal("no", (await Assert.ThrowsAsync<NotSupportedException>(() => session.Started)).Message);
    }

    [Fact]
    public async Task A_session_runs_once()
    {
        await using var conversation = await Conversation.Start(new RecordingFileSystem());
        await Assert.ThrowsAsync<InvalidOperationException>(() => conversation.Session.RunAsync());
    }

    [Fact]
    public async Task Backing_files_are_registered_on_the_session()
    {
        await using var conversation = await Conversation.Start(new RecordingFileSystem());
        using var file = new SafeFileHandle(0, ownsHandle: false);
        Assert.Equal(Errno.OK, conversation.Session.OpenBacking(file, out var id));
        Assert.Equal(new BackingId(7), id);
        Assert.Equal(Errno.OK, conversation.Session.CloseBacking(id));
    }

    [Fact]
    public async Task Notifications_are_these_bytes()
    {
        await using var conversation = await Conversation.Start(new RecordingFileSystem());
        var notify = conversation.Session.Notify;
        Assert.Equal(Errno.OK, notify.InvalidateEntry(new NodeId(5), "abc"u8));
        Assert.Equal(new Bytes().U32(36).I32(3).U64(0).U64(5).U32(3).U32(0).Name("abc").ToArray(), conversation.Kernel.NextAnswer());
        Assert.Equal(Errno.OK, notify.InvalidateEntry(new NodeId(5), "abc"u8, expireOnly: true));
        Assert.Equal(new Bytes().U32(36).I32(3).U64(0).U64(5).U32(3).U32(1).Name("abc").ToArray(), conversation.Kernel.NextAnswer());
        Assert.Equal(Errno.OK, notify.InvalidateInode(new NodeId(6), -1, 9));
        Assert.Equal(new Bytes().U32(40).I32(2).U64(0).U64(6).U64(ulong.MaxValue).U64(9).ToArray(), conversation.Kernel.NextAnswer());
        Assert.Equal(Errno.OK, notify.Delete(new NodeId(5), new NodeId(6), "abc"u8));
        Assert.Equal(new Bytes().U32(44).I32(6).U64(0).U64(5).U64(6).U32(3).U32(0).Name("abc").ToArray(), conversation.Kernel.NextAnswer());
        Assert.Equal(Errno.OK, notify.InvalidateEntry(new NodeId(5), new byte[1024]));
        Assert.Equal(Errno.ENAMETOOLONG, notify.InvalidateEntry(new NodeId(5), new byte[1025]));
        Assert.Equal(Errno.EINVAL, notify.Delete(new NodeId(5), new NodeId(6), ""u8));
    }

    private sealed class Empty : FuseFileSystem;

    private sealed class Unstartable : FuseFileSystem
    {
        public override void Started(FuseSession session) => throw new NotSupportedException("no");
    }

    private sealed class Fixed(Errno errno) : FuseFileSystem
    {
        public override ValueTask<FuseResult<FuseStatFs>> StatFs(FuseRequest request, NodeId node) => (FuseResult<FuseStatFs>)errno;
    }

    private sealed class Throwing : FuseFileSystem
    {
        public override void Forget(NodeId node, ulong lookups) => throw new InvalidOperationException("forget");

        public override ValueTask<FuseResult<FuseEntry>> Lookup(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name) => throw new InvalidOperationException("at once");

        public override ValueTask<Errno> Unlink(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name) => Later();

        public override ValueTask<FuseResult<FuseStatFs>> StatFs(FuseRequest request, NodeId node) => ValueTask.FromException<FuseResult<FuseStatFs>>(new InvalidOperationException("a failed task"));

        private static async ValueTask<Errno> Later()
        {
            await Task.Yield();
            throw new InvalidOperationException("later");
        }
    }
}
