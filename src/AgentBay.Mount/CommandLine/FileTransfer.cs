using System.Security.Cryptography;
using System.Text.Unicode;
using AgentBay.Fs;
using AgentBay.Fs.Files;
using AgentBay.Fs.Metadata;
using AgentBay.Fs.Mirror;
using AgentBay.Mount.Output;

namespace AgentBay.Mount.CommandLine;

/// <summary>What <c>file put</c> and <c>file get</c> do. <c>-</c> is standard input or output.</summary>
internal static class FileTransfer
{
    private const string Standard = LocalFile.Standard;
    private const UnixFileMode Permissions = (UnixFileMode)0x1FF; // 0777

    internal static async Task<int> PutAsync(ContextFiles files, string local, TreePath file, bool json, CancellationToken cancellationToken)
    {
        LocalFile.CheckName(local);
        if (local != Standard && Directory.Exists(local))
        {
            throw CommandException.Failed($"'{local}' is a folder: put its files one by one, or mount the context and copy the folder into it.");
        }

        await using Stream content = await LocalFile.OpenReadAsync(local, cancellationToken);
        FileEntry? stored = null;
        string name = FilePath.Printable(file.ToString());
        await TransferDisplay.ShowAsync(
            content.CanSeek ? content.Length : null, quiet: false,
            async display => stored = await files.PutAsync(file, content, AttributesOf(local), display.Bar($"read {name}"), display.Bar($"put {name}"), cancellationToken));
        return Say(json, FileReport.From(stored!), $"Stored {FilePath.Printable(stored!.FullName)} ({Sizes.Format(stored.Size)}).");
    }

    internal static async Task<int> GetAsync(ContextFiles files, TreePath file, string local, bool json, CancellationToken cancellationToken)
    {
        if (local == Standard && json)
        {
            throw CommandException.Usage("--json and the file's bytes cannot both go to standard output: name a file.");
        }

        LocalFile.CheckName(local);

        await using OpenedFile opened = await files.OpenAsync(file, cancellationToken);
        if (local == Standard)
        {
            await PourAsync(opened, local, quiet: !Console.IsOutputRedirected, cancellationToken);
            return ExitCode.Done;
        }

        string target = Directory.Exists(local) ? InFolder(local, opened.Entry) : local;
        await (LocalFile.IsSpecial(target)
            ? PourAsync(opened, target, quiet: true, cancellationToken) // It may be the terminal.
            : WriteAsync(opened, LocalFile.Followed(target), cancellationToken));
        return Say(json, FileReport.From(opened.Entry), $"Got {FilePath.Printable(opened.Entry.FullName)} ({Sizes.Format(opened.Entry.Size)}) as {FilePath.Printable(target)}.");
    }

    private static string InFolder(string folder, FileEntry file) => Utf8.IsValid(file.Path.Name)
        ? Path.Combine(folder, file.Name)
        : throw CommandException.Failed($"The name of '{FilePath.Printable(file.FullName)}' is not UTF-8: say what the file shall be called in '{FilePath.Printable(folder)}'.");

    private static async Task PourAsync(OpenedFile opened, string target, bool quiet, CancellationToken cancellationToken)
    {
        await using Stream output = await LocalFile.OpenWriteAsync(target, cancellationToken);
        await CopyAsync(opened, output, quiet, cancellationToken);
    }

    /// <summary>Aside, then renamed: under its name the file is whole or not there.</summary>
    private static async Task WriteAsync(OpenedFile opened, string target, CancellationToken cancellationToken)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(target)) ?? "/";
        if (!Directory.Exists(folder))
        {
            throw CommandException.Failed($"There is no folder '{folder}': mkdir -p {ShellWord.Quote(folder)}");
        }

        string aside = Path.Combine(folder, $".agentbay-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        try
        {
            // Until it has the mode that the file is to have, nobody else reads it.
            await using (FileStream written = PrivateFile.Open(aside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write }))
            {
                await CopyAsync(opened, written, quiet: false, cancellationToken);
            }

            SetAttributes(aside, opened.Attributes);
            File.Move(aside, target, overwrite: true);
        }
        finally
        {
            File.Delete(aside); // Nothing, when it was renamed.
        }
    }

    private static Task CopyAsync(OpenedFile opened, Stream target, bool quiet, CancellationToken cancellationToken) => TransferDisplay.ShowAsync(
        opened.Entry.Size, quiet, display => opened.CopyToAsync(target, display.Bar($"get {FilePath.Printable(opened.Entry.FullName)}"), cancellationToken));

    private static EntryAttributes AttributesOf(string local)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return local == Standard || OperatingSystem.IsWindows()
            ? new EntryAttributes { Mode = EntryAttributes.DefaultFileMode, MtimeNs = ObjectMetadata.Nanoseconds(now) }
            : new EntryAttributes { Mode = (uint)(File.GetUnixFileMode(local) & Permissions), MtimeNs = ObjectMetadata.Nanoseconds(File.GetLastWriteTimeUtc(local)) };
    }

    private static void SetAttributes(string path, EntryAttributes attributes)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)attributes.Mode & Permissions);
        }

        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddTicks(attributes.MtimeNs / TimeSpan.NanosecondsPerTick));
    }

    private static int Say(bool json, FileReport report, string text)
    {
        if (json)
        {
            OutputJson.Print(report, OutputJson.Default.FileReport);
        }
        else if (!Console.IsOutputRedirected)
        {
            Console.WriteLine(text);
        }

        return ExitCode.Done;
    }
}
