using AgentBay.ObjectStore;

namespace AgentBay.Mount.Output;

/// <summary>What <c>file upload-url --json</c> and <c>download-url --json</c> print. These names stay as they are.</summary>
/// <param name="Method">PUT or GET.</param>
internal sealed record UrlReport(string Url, string Method, DateTimeOffset ExpiresAt)
{
    /// <summary>Without --json the URL alone, so that it can be used in a command.</summary>
    internal static int Print(PresignedUrl url, string method, bool json)
    {
        if (json)
        {
            OutputJson.Print(new UrlReport(url.Url.AbsoluteUri, method, url.ExpiresAt), OutputJson.Default.UrlReport);
            return ExitCode.Done;
        }

        Console.WriteLine(url.Url.AbsoluteUri);
        if (!Console.IsOutputRedirected)
        {
            Console.Error.WriteLine($"Good until {ContextReport.Time(url.ExpiresAt)}, for anyone who has it: curl {(method == "PUT" ? "-T FILE" : "-o FILE")} 'URL'");
        }

        return ExitCode.Done;
    }
}
