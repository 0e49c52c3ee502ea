using System.Diagnostics;
using AgentBay.ObjectStore.Embedded;
using AgentBay.Posix;
using AgentBay.Testing;

namespace AgentBay.ObjectStore.Tests.Embedded;

/// <summary>
/// The test program run again as a process that kills itself with SIGKILL when its store reaches the n-th point of a write.
/// </summary>
internal static class CrashChild
{
    internal const int PartSize = 5 << 20;
    private const int Sigkill = 9;
    private const string Variable = "AGENTBAY_TEST_CRASH";

    internal const int UploadParts = 3;

    internal static byte[] PartOf(int number) => [.. Enumerable.Repeat((byte)number, number == UploadParts ? 100 : PartSize)];

    internal static byte[] OldBody { get; } = [.. Enumerable.Repeat((byte)'o', 1000)];

    internal static byte[] NewBody { get; } = [.. Enumerable.Repeat((byte)'n', 2000)];

    /// <returns>Whether it was killed; false when it came to its end before the point.</returns>
    internal static async Task<bool> RunAsync(string root, string action, int point)
    {
        using var child = Process.Start(TestProcess.New(Variable, $"{point}\n{action}\n{root}"))!;
        Task<string> output = child.StandardOutput.ReadToEndAsync();
        Task<string> errors = child.StandardError.ReadToEndAsync();
        await Eventually.EndsAsync(child);
        string error = await errors + await output;
        return child.ExitCode switch
        {
            0 => false,
            128 + Sigkill => true,
            int code => throw new InvalidOperationException($"The child ended with {code}: {error}"),
        };
    }

    /// <returns>False when this process is no crash child.</returns>
    internal static async Task<bool> TryActAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split('\n') is not [var point, var action, var root])
        {
            return false;
        }

        int left = int.Parse(point, System.Globalization.CultureInfo.InvariantCulture);
        await using var store = EmbeddedStore.Open(root, TimeProvider.System, reached =>
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                Syscall.Kill(Environment.ProcessId, Sigkill).ThrowIfError(reached);
            }
        });

        await ActAsync(store, action);
        return true;
    }

    private static async Task ActAsync(EmbeddedStore store, string action)
    {
        var metadata = new Dictionary<string, string> { ["version"] = "new" };
        var options = new PutOptions { Metadata = metadata };
        switch (action)
        {
            case "put":
                _ = await store.PutAsync("folder/key", NewBody, options, CancellationToken.None);
                break;
            case "put below":
                _ = await store.PutAsync("folder/key/below", NewBody, options, CancellationToken.None);
                break;
            case "copy":
                _ = await store.PutAsync("source", NewBody, options, CancellationToken.None);
                _ = await store.CopyAsync("source", "folder/key", new CopyOptions(), CancellationToken.None);
                break;
            case "metadata":
                _ = await store.CopyAsync("folder/key", "folder/key", new CopyOptions { Metadata = metadata }, CancellationToken.None);
                break;
            case "delete":
                await store.DeleteAsync("folder/key", null, CancellationToken.None);
                break;
            case "multipart":
                await using (var upload = await store.BeginMultipartAsync("folder/key", options, CancellationToken.None))
                {
                    await upload.UploadPartAsync(1, new byte[PartSize], CancellationToken.None);
                    await upload.UploadPartAsync(2, NewBody, CancellationToken.None);
                    _ = await upload.CompleteAsync(CancellationToken.None);
                }

                break;
            case "upload":
                // Never completed: the parts are what the next process finds.
                var pending = await store.BeginMultipartAsync("folder/key", options, CancellationToken.None);
                for (int part = 1; part <= UploadParts; part++)
                {
                    await pending.UploadPartAsync(part, PartOf(part), CancellationToken.None);
                }

                pending.Keep();
                await pending.DisposeAsync();
                break;
            default:
                throw new ArgumentException(action);
        }
    }
}
