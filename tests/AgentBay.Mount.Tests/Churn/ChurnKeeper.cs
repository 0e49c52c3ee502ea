using System.Diagnostics;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests.Churn;

/// <summary>Kills the daemon on a timer, lets it kill itself at named steps, cuts it off from the store; and mounts again whenever it is dead.</summary>
internal sealed class ChurnKeeper(MountBox box, FlakyProxy proxy, TimeSpan killEvery, Random random)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestUnseen = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestCut = TimeSpan.FromSeconds(6);

    private static readonly string[] Steps =
    [
        "Upload.before", "Upload.put", "Upload.after", "Upload.part", "Upload.completed", "Copy.copied", "Copy.after", "UploadAttributes.copied", "PutFolder.put",
        "PutFolder.after", "Delete.before", "Delete.deleted", "Delete.after", "Intent.noted", "Refresh.before", "Forget.before",
    ];

    private Task kept = Task.CompletedTask;
    private int troubles;

    public int Kills { get; private set; }

    public int KillsAtSteps { get; private set; }

    public int Cuts { get; private set; }

    /// <summary>Grows with everything that may make a program fail.</summary>
    public int Troubles => Volatile.Read(ref troubles);

    public bool IsUp { get; private set; }

    /// <summary>A program may fail before this has seen why.</summary>
    public async Task<bool> HasTroubleSinceAsync(int troublesBefore)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (IsUp && Troubles == troublesBefore && TimeProvider.System.GetElapsedTime(began) < LongestUnseen)
        {
            await Task.Delay(Glance);
        }

        return !IsUp || Troubles != troublesBefore;
    }

    public async Task MountAsync()
    {
        string[] options = ["--write-back", "1s"];
        if (random.Next(2) != 0)
        {
            await box.MountAsync(options);
        }
        else if (!await box.MountArmedAsync($"{Steps[random.Next(Steps.Length)]}:{random.Next(1, 200)}", options, options))
        {
            KillsAtSteps++;
        }

        IsUp = true;
    }

    /// <summary>Until the mount is up; fails as the keeper failed, because then it never will be.</summary>
    public async Task UntilUpAsync()
    {
        await Eventually.HappensAsync(
            async () =>
            {
                await (kept.IsFaulted ? kept : Task.CompletedTask);
                return IsUp;
            },
            CancellationToken.None);
    }

    /// <summary>Begins, in the background; the task ends when <paramref name="end"/> is cancelled, with the store there and the mount up.</summary>
    public Task Start(CancellationToken end) => kept = Task.Run(() => RunAsync(end), CancellationToken.None);

    private async Task RunAsync(CancellationToken end)
    {
        long killed = TimeProvider.System.GetTimestamp();
        TimeSpan nextCut = killEvery / 2;
        while (!end.IsCancellationRequested)
        {
            using Process? daemon = FindDaemon();
            while (!end.IsCancellationRequested && daemon is { HasExited: false })
            {
                TimeSpan since = TimeProvider.System.GetElapsedTime(killed);
                if (since > nextCut)
                {
                    await CutAsync();
                    nextCut = TimeSpan.MaxValue; // Once between two kills.
                }
                else if (since > killEvery)
                {
                    Interlocked.Increment(ref troubles);
                    daemon.Kill();
                    (Kills, killed, nextCut) = (Kills + 1, TimeProvider.System.GetTimestamp(), killEvery / 2);
                    await Eventually.EndsAsync(daemon);
                }
                else
                {
                    await Task.Delay(Glance, CancellationToken.None);
                }
            }

            if (daemon is not { HasExited: false })
            {
                if (TimeProvider.System.GetElapsedTime(killed) > Glance * 4)
                {
                    KillsAtSteps++;
                }

                IsUp = false;
                Interlocked.Increment(ref troubles);
                await MountAsync();
            }
        }
    }

    /// <summary>Null where it has ended already.</summary>
    private Process? FindDaemon()
    {
        try
        {
            return Process.GetProcessById(box.DaemonFromHolder());
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private async Task CutAsync()
    {
        Interlocked.Increment(ref troubles);
        proxy.Cut();
        Cuts++;
        await Task.Delay(LongestCut * random.NextDouble());
        proxy.Restore();
        Interlocked.Increment(ref troubles);
    }
}
