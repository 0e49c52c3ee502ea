namespace AgentBay.Posix.Tests;

public sealed class DeviceTests
{
    [Fact]
    public void What_one_end_of_a_socket_pair_writes_the_other_reads()
    {
        Assert.Equal(Errno.OK, Syscall.SocketPair(out var one, out var other));
        using (one)
        using (other)
        {
            Assert.Equal(Errno.OK, Syscall.WriteOnce(one, "hello"u8, out int written));
            Assert.Equal(5, written);
            var buffer = new byte[16];
            Assert.Equal(Errno.OK, Syscall.ReadOnce(other, buffer, out int read));
            Assert.Equal("hello"u8, buffer.AsSpan(0, read));
        }
    }

    [Fact]
    public void A_socket_without_a_message_or_with_one_that_carries_nothing_yields_no_descriptor()
    {
        Assert.Equal(Errno.OK, Syscall.SocketPair(out var one, out var other));
        using (one)
        using (other)
        {
            Assert.Equal(Errno.EAGAIN, Syscall.ReceiveDescriptor(other, out var none));
            Assert.True(none.IsInvalid);
            Syscall.WriteOnce(one, "x"u8, out _);
            Assert.Equal(Errno.ENODATA, Syscall.ReceiveDescriptor(other, out none));
            one.Dispose();
            Assert.Equal(Errno.ENODATA, Syscall.ReceiveDescriptor(other, out none));
        }
    }

    [Fact]
    public void A_thread_that_waits_in_a_system_call_is_woken_with_EINTR()
    {
        Assert.Equal(Errno.OK, Syscall.SocketPair(out var one, out var other));
        using (one)
        using (other)
        {
            ThreadWakeup? wakeup = null;
            var result = Errno.OK;
            using var ready = new ManualResetEventSlim();
            var thread = new Thread(() =>
            {
                wakeup = ThreadWakeup.ForCurrentThread();
                ready.Set();
                result = Syscall.ReadOnce(other, new byte[1], out _);
            });
            thread.Start();
            ready.Wait();
            do
            {
                wakeup!.Send();   // A signal before the read blocks is lost.
            }
            while (!thread.Join(TimeSpan.FromMilliseconds(1)));

            Assert.Equal(Errno.EINTR, result);
        }
    }

    [Fact]
    public void A_write_to_a_reader_that_is_gone_is_EPIPE()
    {
        Assert.Equal(Errno.OK, Syscall.SocketPair(out var one, out var other));
        using (one)
        {
            other.Dispose();
            Assert.Equal(Errno.EPIPE, Syscall.WriteOnce(one, "x"u8, out _));
        }
    }

    [Fact]
    public void To_unmount_what_is_not_mounted_is_EINVAL_or_EPERM() =>
        Assert.Contains(Syscall.Unmount("/proc/self"u8, UnmountFlags.NoFollow), new[] { Errno.EINVAL, Errno.EPERM });
}
