using System.Text;
using System.Text.Unicode;
using AgentBay.Fs.Files;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Mount.CommandLine;

/// <summary>A file of this machine as <c>file put</c> and <c>file get</c> name it: <c>-</c> is standard input or output.</summary>
internal static class LocalFile
{
    internal const string Standard = "-";

    /// <exception cref="CommandException">.NET has no way to name it.</exception>
    internal static void CheckName(string local)
    {
        if (!Utf8.IsValid(RawArguments.BytesOf(local)))
        {
            throw CommandException.Usage($"'{FilePath.Printable(local)}': a local name that is not UTF-8 cannot be opened here. Give the file by way of -, with < or > of the shell.");
        }
    }

    /// <summary>Opens a file, or whatever else gives bytes.</summary>
    internal static async Task<Stream> OpenReadAsync(string local, CancellationToken cancellationToken)
    {
        Stream content = local == Standard
            ? Console.OpenStandardInput()
            : await OpenAsync(() => File.OpenRead(local), cancellationToken);
        return content.CanSeek ? content : new InterruptibleStream(content);
    }

    /// <summary>Opens <c>-</c>, or what is there and takes bytes as they come.</summary>
    internal static async Task<Stream> OpenWriteAsync(string local, CancellationToken cancellationToken) => new InterruptibleStream(local == Standard
        ? OpenStandardOutput()
        : await OpenAsync(() => new FileStream(local, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), cancellationToken));

    /// <summary>Whether something is there, or at the end of a link that is there, that no file can take the place of: a device, a FIFO.</summary>
    internal static bool IsSpecial(string local) => OperatingSystem.IsLinux()
        && Syscall.StatTarget(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(local), out FileStatus status) == Errno.OK
        && !status.IsRegular && !status.IsDirectory;

    /// <summary>What a link leads to, whether it is there or not; else the path itself.</summary>
    internal static string Followed(string local) => new FileInfo(local) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : local;

    // While the console's own stream waits in a write, no message on standard error gets through. A file never waits, and a FileStream would
    // leave its offset, from which the next program in the shell's line goes on, where it was.
    private static Stream OpenStandardOutput() =>
        !OperatingSystem.IsWindows() && new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0) is { CanSeek: false } pipe ? pipe : Console.OpenStandardOutput();

    // An open of a FIFO waits for its other end.
    private static Task<FileStream> OpenAsync(Func<FileStream> open, CancellationToken cancellationToken) =>
        Task.Run(open, CancellationToken.None).WaitAsync(cancellationToken);
}
