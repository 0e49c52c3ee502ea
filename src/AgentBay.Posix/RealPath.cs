using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Posix;

/// <summary>realpath(3), as mountinfo spells paths.</summary>
public static class RealPath
{
    /// <summary>Absolute, without links. Where the path cannot be opened (missing, or a dead mount), its folder is resolved and the name kept.</summary>
    public static string Of(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (TryResolve(full) is { } real)
        {
            return real;
        }

        return Path.GetDirectoryName(full) is { } parent ? Path.Combine(Of(parent), Path.GetFileName(full)) : full;
    }

    private static string? TryResolve(string path)
    {
        Errno error = Syscall.Open(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(path), OpenFlags.Path | OpenFlags.CloseOnExec, 0, out SafeFileHandle handle);
        using (handle)
        {
            return error == Errno.OK ? new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget : null;
        }
    }
}
