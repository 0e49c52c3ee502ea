namespace AgentBay.Fs.Sync;

/// <summary>
/// Named steps at which a test ends the process or throws. In a normal run a step costs one comparison with null.
/// A built program is told by <c>AGENTBAY_FAULT=step[:n]</c> to kill itself at the n-th time that it reaches a step.
/// </summary>
public static class FaultPoints
{
    private static Action<string>? reached = FromEnvironment();

    /// <summary>Called at each step, on the thread that reaches it; null for none.</summary>
    public static Action<string>? Reached
    {
        get => reached;
        set => reached = value;
    }

    internal static void Reach(string step) => reached?.Invoke(step);

    private static Action<string>? FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable("AGENTBAY_FAULT") is not { Length: > 0 } wanted)
        {
            return null;
        }

        string[] parts = wanted.Split(':');
        int left = parts.Length > 1 && int.TryParse(parts[1], out int count) ? count : 1;
        return step =>
        {
            if (step == parts[0] && Interlocked.Decrement(ref left) == 0)
            {
                System.Diagnostics.Process.GetCurrentProcess().Kill();
                Thread.Sleep(Timeout.Infinite);
            }
        };
    }
}
