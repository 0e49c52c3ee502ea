using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AgentBay.Testing;

/// <summary>Waits for what other processes do, and fails, instead of hanging, where they do not.</summary>
public static class Eventually
{
    /// <summary>Far more than anything takes here that a test waits for.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    /// <summary>Looks until it has happened.</summary>
    /// <param name="what">Of <paramref name="happens"/>, for the message.</param>
    public static async Task HappensAsync(Func<Task<bool>> happens, CancellationToken cancellationToken, [CallerArgumentExpression(nameof(happens))] string what = "")
    {
        long began = Stopwatch.GetTimestamp();
        while (!await happens())
        {
            if (Stopwatch.GetElapsedTime(began) > Limit)
            {
                throw new TimeoutException($"This has not happened within {Limit}: {what}");
            }

            await Task.Delay(Glance, cancellationToken);
        }
    }

    /// <summary>Until the process has ended.</summary>
    /// <param name="longest">Null: <see cref="Limit"/>.</param>
    public static async Task EndsAsync(Process process, TimeSpan? longest = null)
    {
        using var limit = new CancellationTokenSource(longest ?? Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Process {process.Id} has not ended within {longest ?? Limit}.");
        }
    }
}
