namespace AgentBay.Fs.Sync;

/// <summary>
/// Named steps at which a test ends a session or throws. In a normal run a step costs one comparison with null.
/// A built program is told by <c>AGENTBAY_FAULT=step[:n]</c> to kill itself at the n-th time that it reaches a step.
/// </summary>
/// <param name="reached">Called at each step, on the thread that reaches it; null for none.</param>
public sealed class FaultPoints(Action<string>? reached)
{
    public static FaultPoints FromEnvironment { get; } = new(Parse(Environment.GetEnvironmentVariable("AGENTBAY_FAULT")));

    internal void Reach(string step) => reached?.Invoke(step);

    private static Action<string>? Parse(string? wanted)
    {
        if (string.IsNullOrEmpty(wanted))
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
