using System.Globalization;
using System.Text;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>
/// The file <c>parts</c> of an upload's folder: a line for each part that was written, <c>number file offset length md5</c>, the last one of a
/// number counts. It is not fsynced: who resumes compares every part with its MD5, so a power loss costs parts and no correctness.
/// </summary>
internal sealed class PartLog : IDisposable
{
    private readonly SafeFileHandle file;
    private readonly EmbeddedErrors errors;
    private long end;

    internal PartLog(SafeFileHandle folder, EmbeddedErrors errors)
    {
        this.errors = errors;
        errors.Check("the record of an upload's parts", Syscall.Open(folder, "parts"u8, OpenFlags.ReadWrite | OpenFlags.Create, HiddenFolder.PrivateFile, out file));
        errors.Check("the record of an upload's parts", Syscall.Stat(file, out var status));
        end = status.Size;
    }

    internal sealed record Line(int Number, string File, long Offset, long Length, string Hash);

    internal void Append(Line line)
    {
        byte[] text = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{line.Number} {line.File} {line.Offset} {line.Length} {line.Hash}\n"));
        errors.Check("the record of an upload's parts", Syscall.Write(file, text, end, out _));
        end += text.Length;
    }

    internal List<Line> Read()
    {
        var text = new byte[end];
        errors.Check("the record of an upload's parts", Syscall.Read(file, text, 0, out int count));
        return [.. Encoding.ASCII.GetString(text, 0, count).Split('\n').Select(Parse).OfType<Line>()];
    }

    public void Dispose() => file.Dispose();

    /// <returns>Null for what a crash cut.</returns>
    private static Line? Parse(string line) =>
        line.Split(' ') is [var number, var file, var offset, var length, { Length: 32 } hash]
        && int.TryParse(number, CultureInfo.InvariantCulture, out int n) && long.TryParse(offset, CultureInfo.InvariantCulture, out long o) && long.TryParse(length, CultureInfo.InvariantCulture, out long l)
            ? new Line(n, file, o, l, hash)
            : null;
}
