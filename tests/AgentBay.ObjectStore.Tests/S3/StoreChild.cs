using System.Diagnostics;
using AgentBay.Testing;

namespace AgentBay.ObjectStore.Tests.S3;

/// <summary>The test program run again as a process that opens a store, puts and gets, as often as it is told: what the environment says of proxies, authorities and credentials is read once a process.</summary>
internal static class StoreChild
{
    private const string Variable = "AGENTBAY_TEST_STORE";

    private static readonly string[] Credentials =
    [
        "OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];

    /// <returns>What it wrote: "equal", or its error.</returns>
    internal static Task<string> RunAsync(string url, params IEnumerable<(string Name, string Value)> environment) => RunAsync(url, [], environment);

    /// <param name="file">Where it finds its credentials, and nowhere else.</param>
    /// <param name="between">Done between a round and the next.</param>
    /// <returns>What it wrote in each round.</returns>
    internal static Task<string> RunWithCredentialsAsync(string url, string file, IReadOnlyList<Action> between, params IEnumerable<(string Name, string Value)> environment) => RunAsync(
        url, between, [.. Credentials.Select(static name => (name, "")), ("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_SHARED_CREDENTIALS_FILE", file), .. environment]);

    private static async Task<string> RunAsync(string url, IReadOnlyList<Action> between, IEnumerable<(string Name, string Value)> environment)
    {
        var start = TestProcess.New(Variable, url);
        foreach (string name in new[] { "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "AWS_CA_BUNDLE", "SSL_CERT_FILE" })
        {
            _ = start.Environment.Remove(name);
            _ = start.Environment.Remove(name.ToLowerInvariant());
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string said = "";
        foreach (var act in between)
        {
            said += await child.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Limit) + "\n";
            act();
            await child.StandardInput.WriteLineAsync("again");
        }

        child.StandardInput.Close();
        Task<string> rest = child.StandardOutput.ReadToEndAsync();
        await Eventually.EndsAsync(child);
        return (said + await rest + await errors).Trim();
    }

    /// <returns>False when this process is no store child.</returns>
    internal static async Task<bool> TryActAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } url)
        {
            return false;
        }

        await using var store = StoreUrl.Open(url, new StoreOpenOptions { MaxRetries = 0, TryTimeout = TimeSpan.FromMinutes(2) });
        do
        {
            Console.WriteLine(await PutAndGetAsync(store));
        }
        while (Console.ReadLine() != null);
        return true;
    }

    private static async Task<string> PutAndGetAsync(IObjectStore store)
    {
        try
        {
            string key = "child " + Environment.ProcessId;
            _ = await store.PutAsync(key, "bytes"u8.ToArray(), new PutOptions(), CancellationToken.None);
            await using var content = await store.GetAsync(key, null, null, CancellationToken.None);
            using var reader = new StreamReader(content!.Body);
            return await reader.ReadToEndAsync() == "bytes" ? "equal" : "other bytes";
        }
        catch (StoreException e)
        {
            return $"{e.Kind}: {e}";
        }
    }
}
