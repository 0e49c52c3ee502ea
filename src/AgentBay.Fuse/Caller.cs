using System.Globalization;

namespace AgentBay.Fuse;

/// <summary>The thread that made a request.</summary>
internal static class Caller
{
    /// <summary>CHLD, CONT, STOP, TSTP, TTIN, TTOU, URG and WINCH, where nobody handles them: they end nothing.</summary>
    private const ulong Harmless = (1UL << 16) | (1UL << 17) | (1UL << 18) | (1UL << 19) | (1UL << 20) | (1UL << 21) | (1UL << 22) | (1UL << 27);

    /// <summary>
    /// Whether a signal ends the program as soon as its request lets it. True also for who cannot be looked at (another PID namespace, a hidden /proc): it must
    /// not wait for ever.
    /// </summary>
    internal static bool IsDying(uint pid)
    {
        try
        {
            return pid == 0 || IsDying(File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status")));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <param name="status">The lines of proc(5)'s status. The kernel adds SIGKILL to what is pending when it ends a program, but not where another signal came before.</param>
    internal static bool IsDying(IEnumerable<string> status)
    {
        ulong pending = 0, survived = Harmless;
        foreach (string line in status)
        {
            if (line.Split(':') is not [var name, var mask] || !ulong.TryParse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong signals))
            {
                continue;
            }

            pending |= name is "SigPnd" or "ShdPnd" ? signals : 0;
            survived |= name is "SigBlk" or "SigIgn" or "SigCgt" ? signals : 0;
        }

        return (pending & ~survived) != 0; // SIGKILL can be none of those that survive.
    }
}
