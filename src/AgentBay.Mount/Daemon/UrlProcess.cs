using System.CommandLine;
using System.Diagnostics;
using AgentBay.Fs.Contexts;
using AgentBay.Mount.CommandLine;
using AgentBay.ObjectStore;

namespace AgentBay.Mount.Daemon;

/// <summary>The hidden <c>serve-urls</c> verb: answers a store's presigned URLs, on this machine only, until the last one has expired.</summary>
internal static class UrlProcess
{
    internal const string VerbName = "serve-urls";

    private const string Ready = "ready";

    // Who began to read just before the end may come to it.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(1);

    internal static Command CreateVerb()
    {
        var store = new Option<string>("--store");
        var command = new Command(VerbName) { store };
        command.Hidden = true;
        command.SetAction((parsed, _) =>
        {
            Terminal.LeaveSession();
            return StoreSession.RunAsync(parsed.GetValue(store), ServeAsync);
        });
        return command;
    }

    /// <summary>Completes when URLs are answered.</summary>
    internal static async Task StartAsync(string store, CancellationToken cancellationToken)
    {
        using Process process = SelfProcess.Start(VerbName, "--store", store);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        if (await process.StandardOutput.ReadLineAsync(cancellationToken) != Ready)
        {
            await process.WaitForExitAsync(cancellationToken);
            throw CommandException.Failed($"The process that answers URLs could not start. {(await errors).ReplaceLineEndings(" ").Trim()}".Trim());
        }
    }

    private static async Task<int> ServeAsync(StoreSession session, CancellationToken cancellationToken)
    {
        IObjectStore store = session.Store;
        var serving = new UrlServing { ForOtherProcesses = true, GuardOf = key => new ContextPutGuard(session.Catalog, key, TimeProvider.System) };
        bool told = false;
        do
        {
            await using IUrlEndpoint? endpoint = await store.ServeUrlsAsync(serving, cancellationToken);
            DateTimeOffset began = TimeProvider.System.GetUtcNow(); // A URL of a second may have expired before this: whoever started this process finds an endpoint all the same.
            if (!told)
            {
                Console.Out.WriteLine(Ready);
                Console.Out.Flush();
                Terminal.LeaveDescriptors();
                told = true;
            }

            while (Later(await UrlDeadline.ReadAsync(store, cancellationToken), began) + Margin - TimeProvider.System.GetUtcNow() is { Ticks: > 0 } left)
            {
                await Task.Delay(left < LongestSleep ? left : LongestSleep, cancellationToken);
            }
        }
        while (await IsWantedAsync(store, cancellationToken));
        return ExitCode.Done; // After the endpoint was taken back: whoever extended the time before that was seen just now, whoever comes later finds none.
    }

    private static DateTimeOffset Later(DateTimeOffset? one, DateTimeOffset other) => one > other ? one.Value : other;

    private static async Task<bool> IsWantedAsync(IObjectStore store, CancellationToken cancellationToken) =>
        await UrlDeadline.ReadAsync(store, cancellationToken) > TimeProvider.System.GetUtcNow();
}
