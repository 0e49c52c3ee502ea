using System.Diagnostics;

namespace AgentBay.Posix.Tests;

public sealed class ProcessEndTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_that_has_ended_is_not_waited_for_until_its_parent_hears_of_it()
    {
        // A parent that never asks: what exec made of the shell does not know of the child.
        using Process parent = Start("sleep 600 & echo $!; exec sleep 600");
        try
        {
            int child = int.Parse((await parent.StandardOutput.ReadLineAsync(Cancel))!);
            using var end = ProcessEnd.Of(child);
            Task waiting = end.WaitAsync(Cancel);
            Assert.False(waiting.IsCompleted);

            Assert.Equal(Errno.OK, Syscall.Kill(child, 15));

            await waiting.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
            Assert.Equal("Z", StateOf(child));
        }
        finally
        {
            parent.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task One_that_is_gone_or_not_known_is_not_waited_for()
    {
        using Process gone = Start("exit 0");
        await gone.WaitForExitAsync(Cancel);

        foreach (int? pid in new int?[] { gone.Id, null })
        {
            using var end = ProcessEnd.Of(pid);
            Assert.True(end.WaitAsync(Cancel).IsCompletedSuccessfully);
        }
    }

    [Fact]
    public async Task Waiting_can_be_given_up()
    {
        using var end = ProcessEnd.Of(Environment.ProcessId);
        using var limit = new CancellationTokenSource();
        Task waiting = end.WaitAsync(limit.Token);

        await limit.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private static Process Start(string script) =>
        Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    /// <returns>As proc(5) has it; Z is a process that has ended and whose parent has not asked.</returns>
    private static string StateOf(int pid) => File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].Trim()[..1];
}
