using AgentBay.Fs;
using AgentBay.Fs.Files;
using AgentBay.Mount.Daemon;
using AgentBay.Mount.Output;
using AgentBay.ObjectStore;

namespace AgentBay.Mount.CommandLine;

/// <summary>What <c>file upload-url</c> and <c>file download-url</c> do. Where the store has no server of its own, a process in the background answers its URLs.</summary>
internal static class FileUrls
{
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(1);

    internal static async Task<int> PrintAsync(
        StoreSession session, string nameOrId, TreePath file, PresignedUse use, TimeSpan lifetime, bool json, CancellationToken cancellationToken)
    {
        if (lifetime > session.Store.Properties.MaxUrlLifetime)
        {
            throw CommandException.Usage($"--expires: {session.Url} gives URLs for {session.Store.Properties.MaxUrlLifetime.TotalHours:0} hours at most.");
        }

        ContextFiles files = session.FilesOf(await session.FindAsync(nameOrId, cancellationToken));
        if (session.Store.Properties.NeedsUrlEndpoint)
        {
            await UrlDeadline.ExtendAsync(session.Store, TimeProvider.System.GetUtcNow() + lifetime, cancellationToken);
        }

        PresignedUrl url;
        try
        {
            url = await PresignAsync();
        }
        catch (StoreException nobody) when (nobody.Kind == StoreErrorKind.NoUrlEndpoint)
        {
            await UrlProcess.StartAsync(session.Argument, cancellationToken);
            url = await PresignAsync();
        }

        return UrlReport.Print(url, use == PresignedUse.Put ? "PUT" : "GET", json);

        Task<PresignedUrl> PresignAsync() => use == PresignedUse.Put
            ? files.GetUploadUrlAsync(file, lifetime, cancellationToken)
            : files.GetDownloadUrlAsync(file, lifetime, cancellationToken);
    }

    internal static TimeSpan ReadLifetime(string? text) => text is null
        ? DefaultLifetime
        : Duration.TryParse(text) is { } time && time >= TimeSpan.FromSeconds(1) ? time
        : throw CommandException.Usage($"--expires: '{text}' is not a time such as 10m, 1h or 7d.");
}
