using System.Diagnostics;

namespace AgentBay.ObjectStore.Tests.S3;

/// <summary>The test program run again as a process that opens a store, puts and gets: what the environment says of proxies and authorities is read once a process.</summary>
internal static class StoreChild
{
    private const string Variable = "AGENTBAY_TEST_STORE";

    /// <returns>What it wrote: "equal", or its error.</returns>
    internal static async Task<string> RunAsync(string url, params IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(StoreChild).Assembly.Location);
        }

        foreach (string name in new[] { "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "AWS_CA_BUNDLE", "SSL_CERT_FILE" })
        {
            _ = start.Environment.Remove(name);
            _ = start.Environment.Remove(name.ToLowerInvariant());
        }

        foreach (var (name, value) in environment.Append((Variable, url)))
        {
            start.Environment[name] = value;
        }

        using var child = Process.Start(start)!;
        string said = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        return said.Trim();
    }

    /// <returns>False when this process is no store child.</returns>
    internal static async Task<bool> TryActAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } url)
        {
            return false;
        }

        try
        {
            await using var store = StoreUrl.Open(url, new StoreOpenOptions { MaxRetries = 0 });
            string key = "child " + Environment.ProcessId;
            _ = await store.PutAsync(key, "bytes"u8.ToArray(), new PutOptions(), CancellationToken.None);
            await using var content = await store.GetAsync(key, null, null, CancellationToken.None);
            using var reader = new StreamReader(content!.Body);
            Console.WriteLine(await reader.ReadToEndAsync() == "bytes" ? "equal" : "other bytes");
        }
        catch (StoreException e)
        {
            Console.WriteLine($"{e.Kind}: {e}");
        }

        return true;
    }
}
