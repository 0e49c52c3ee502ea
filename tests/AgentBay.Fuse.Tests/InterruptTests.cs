using AgentBay.Posix;

namespace AgentBay.Fuse.Tests;

public sealed class InterruptTests
{
    private readonly PendingFileSystem fileSystem = new();

    [Fact]
    public async Task INTERRUPT_cancels_the_token_of_its_request_and_of_no_other()
    {
        await using var conversation = await Conversation.Start(fileSystem);
        conversation.Kernel.Send(PendingFileSystem.ReadRequest(100));
        conversation.Kernel.Send(PendingFileSystem.ReadRequest(102));
        var (first, second) = (fileSystem.NextRead(), fileSystem.NextRead());
        var cancelled = second.Cancelled;

        Assert.Empty(conversation.AskAndProbe(PendingFileSystem.Interrupt(102)));
        await cancelled;
        Assert.False(first.Request.Interrupted.IsCancellationRequested);

        second.Answer.SetResult(Errno.EINTR);
        Assert.Equal(Bytes.Error(102, (int)Errno.EINTR), conversation.Kernel.NextAnswer());
        first.Answer.SetResult(0);
        Assert.Equal(Bytes.Reply(100, []), conversation.Kernel.NextAnswer());
    }

    [Theory]
    [InlineData("SigPnd:\t0000000000000100", true)]                              // SIGKILL
    [InlineData("ShdPnd:\t0000000000004000", true)]                              // SIGTERM
    [InlineData("ShdPnd:\t0000000000004000|SigCgt:\t0000000000004000", false)]
    [InlineData("ShdPnd:\t0000000000004000|SigIgn:\t0000000000004000", false)]
    [InlineData("ShdPnd:\t0000000000004000|SigBlk:\t0000000000004000", false)]
    [InlineData("ShdPnd:\t0000000000004200|SigCgt:\t0000000000000200", true)]    // SIGUSR1 is handled, SIGTERM is not
    [InlineData("ShdPnd:\t0000000000010000", false)]                             // SIGCHLD
    [InlineData("Name:\tcat|SigPnd:\t0000000000000000|SigQ:\t1/2", false)]
    public void A_program_dies_of_what_it_neither_blocks_nor_ignores_nor_handles(string status, bool dies) =>
        Assert.Equal(dies, Caller.IsDying(status.Split('|')));

    [Fact]
    public async Task A_handler_that_gives_up_when_interrupted_answers_EINTR()
    {
        await using var conversation = await Conversation.Start(fileSystem);
        conversation.Kernel.Send(PendingFileSystem.ReadRequest(100));
        var read = fileSystem.NextRead();
        read.Request.Interrupted.Register(() => read.Answer.SetCanceled(read.Request.Interrupted));

        conversation.Kernel.Send(PendingFileSystem.Interrupt(100));

        Assert.Equal(Bytes.Error(100, (int)Errno.EINTR), conversation.Kernel.NextAnswer());
        Assert.DoesNotContain(conversation.Log.Lines, l => l.Id == 1005);
    }

    [Fact]
    public async Task A_cancellation_that_no_interrupt_caused_answers_EIO()
    {
        await using var conversation = await Conversation.Start(fileSystem);
        conversation.Kernel.Send(PendingFileSystem.ReadRequest(100));
        fileSystem.NextRead().Answer.SetCanceled();
        Assert.Equal(Bytes.Error(100, (int)Errno.EIO), conversation.Kernel.NextAnswer());
    }

    [Fact]
    public async Task A_token_first_asked_for_after_the_interrupt_is_born_cancelled()
    {
        await using var conversation = await Conversation.Start(fileSystem);
        conversation.Kernel.Send(PendingFileSystem.ReadRequest(100));
        var read = fileSystem.NextRead();

        conversation.AskAndProbe(PendingFileSystem.Interrupt(100));

        Assert.True(read.Request.Interrupted.IsCancellationRequested);
        read.Answer.SetResult(0);
        conversation.Kernel.NextAnswer();
    }

    [Fact]
    public async Task An_interrupt_that_overtakes_its_request_is_sent_back_and_works_when_it_comes_again()
    {
        await using var conversation = await Conversation.Start(fileSystem);
        Assert.Equal([Bytes.Error(101, (int)Errno.EAGAIN)], conversation.AskAndProbe(PendingFileSystem.Interrupt(100)));

        conversation.Kernel.Send(PendingFileSystem.ReadRequest(100));
        var read = fileSystem.NextRead();
        Assert.False(read.Request.Interrupted.IsCancellationRequested);
        Assert.Empty(conversation.AskAndProbe(PendingFileSystem.Interrupt(100)));

        Assert.True(read.Request.Interrupted.IsCancellationRequested);
        read.Answer.SetResult(0);
        conversation.Kernel.NextAnswer();
    }

    [Fact]
    public async Task An_unknown_interrupt_is_sent_back_on_every_channel_as_only_one_of_them_knows_the_request()
    {
        await using var conversation = await Conversation.Start(fileSystem, new FuseSessionOptions { Threads = 2, DataPath = FuseDataPath.WriteThrough });
        var clone = await conversation.Kernel.NextClone();
        conversation.Kernel.Send(PendingFileSystem.Interrupt(100));
        Assert.Equal(Bytes.Error(101, (int)Errno.EAGAIN), conversation.Kernel.NextAnswer());
        Assert.Equal(Bytes.Error(101, (int)Errno.EAGAIN), clone.NextAnswer());
    }

    [Fact]
    public async Task An_interrupt_that_comes_after_the_answer_does_not_touch_the_next_request_in_the_same_buffers()
    {
        await using var conversation = await Conversation.Start(fileSystem);
        for (ulong unique = 100; unique < 140; unique += 2)
        {
            conversation.Kernel.Send(PendingFileSystem.ReadRequest(unique));
            var read = fileSystem.NextRead();
            conversation.AskAndProbe(PendingFileSystem.Interrupt(unique - 2));
            Assert.False(read.Request.Interrupted.IsCancellationRequested);
            read.Answer.SetResult(0);
            Assert.Equal(Bytes.Reply(unique, []), conversation.Kernel.NextAnswer());
        }
    }

    [Fact]
    public async Task Whichever_wins_interrupt_or_answer_each_request_gets_exactly_one_answer()
    {
        await using var conversation = await Conversation.Start(fileSystem);
        for (ulong unique = 1000; unique < 3000; unique += 2)
        {
            conversation.Kernel.Send(PendingFileSystem.ReadRequest(unique));
            var read = fileSystem.NextRead();
            using var registration = read.Request.Interrupted.Register(() => read.Answer.TrySetResult(Errno.EINTR));
            var answer = Task.Run(() => read.Answer.TrySetResult(0));
            conversation.Kernel.Send(PendingFileSystem.Interrupt(unique));
            await answer;

            // Odd ones are interrupts sent back because the answer came first.
            byte[] first;
            do
            {
                first = conversation.Kernel.NextAnswer();
            }
            while ((BitConverter.ToUInt64(first, 8) & 1) != 0);

            Assert.Equal(unique, BitConverter.ToUInt64(first, 8));
            Assert.Contains(BitConverter.ToInt32(first, 4), new[] { 0, -(int)Errno.EINTR });
        }
    }

    [Fact]
    public async Task The_end_of_the_session_cancels_every_token_and_waits_for_the_handlers()
    {
        var conversation = await Conversation.Start(fileSystem);
        conversation.Kernel.Send(PendingFileSystem.ReadRequest(100));
        var read = fileSystem.NextRead();
        var cancelled = read.Cancelled;
        conversation.Kernel.End();
        await cancelled;

        Assert.False(conversation.Run.IsCompleted);
        Assert.False(fileSystem.WasDestroyed);
        read.Answer.SetResult(Errno.EINTR);
        await conversation.Run;
        Assert.True(fileSystem.WasDestroyed);
    }
}
