using System.Text;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Mount.Daemon;

/// <summary>How a background process leaves the terminal that it was started from.</summary>
internal static class Terminal
{
    private const string Nothing = "/dev/null";

    /// <summary>A session of its own, in a folder that nobody wants to unmount.</summary>
    internal static void LeaveSession()
    {
        _ = Syscall.NewSession();
        Environment.CurrentDirectory = "/";
    }

    /// <summary>From here on nothing is read or written there.</summary>
    /// <param name="errors">Takes standard error: there the runtime writes when it dies.</param>
    internal static void LeaveDescriptors(string errors = Nothing)
    {
        Redirect(Nothing, OpenFlags.ReadWrite, 0, 1);
        Redirect(errors, OpenFlags.WriteOnly | OpenFlags.Append, 2);
    }

    private static void Redirect(string path, int flags, params ReadOnlySpan<int> numbers)
    {
        Syscall.Open(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(path), flags | OpenFlags.CloseOnExec, 0, out SafeFileHandle file).ThrowIfError($"open {path}");
        using (file)
        {
            foreach (int number in numbers)
            {
                Syscall.DuplicateTo(file, number).ThrowIfError($"dup2 {path}");
            }
        }
    }
}
