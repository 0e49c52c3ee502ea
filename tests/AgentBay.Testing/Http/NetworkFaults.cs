namespace AgentBay.Testing.Http;

/// <summary>A bad network with a busy server, as a relay's handler: shares of resets (half before the server saw the request, half after), of 503 SlowDown, of cut bodies; every answer late.</summary>
public sealed class NetworkFaults(int seed)
{
    private readonly Random random = new(seed);
    private int requests;
    private int resets;
    private int lostAnswers;
    private int slowDowns;
    private int cuts;

    public double Resets { get; init; } = 0.10;

    public double SlowDowns { get; init; } = 0.05;

    public double Cuts { get; init; } = 0.01;

    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(200);

    public (int Requests, int Resets, int LostAnswers, int SlowDowns, int Cuts) Counts => (requests, resets, lostAnswers, slowDowns, cuts);

    public async Task<RelayResponse?> HandleAsync(RelayRequest request, Func<RelayRequest, Task<RelayResponse>> forward, CancellationToken cancellationToken)
    {
        _ = Interlocked.Increment(ref requests);
        double dice = Next();
        await Task.Delay(Latency, cancellationToken);
        if (dice < Resets / 2)
        {
            _ = Interlocked.Increment(ref resets);
            return null;
        }

        if (dice < Resets)
        {
            _ = Interlocked.Increment(ref resets);
            _ = Interlocked.Increment(ref lostAnswers);
            _ = await forward(request);
            return null;
        }

        if (dice < Resets + SlowDowns)
        {
            _ = Interlocked.Increment(ref slowDowns);
            return RelayResponse.Error(503, "SlowDown", "Please reduce your request rate.");
        }

        var response = await forward(request);
        if (dice < Resets + SlowDowns + Cuts && response.Body.Length > 0)
        {
            _ = Interlocked.Increment(ref cuts);
            return response with { CutAt = (int)(response.Body.Length * Next()) };
        }

        return response;
    }

    private double Next()
    {
        lock (random)
        {
            return random.NextDouble();
        }
    }
}
