using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fuse.Mounting;

/// <summary>
/// fusermount3, the set-user-id helper of users. It opens the device, mounts, and hands the descriptor back through the socket
/// that <c>_FUSE_COMMFD</c> names.
/// </summary>
internal static class FuserMount
{
    private const string Program = "fusermount3";

    // Descriptors that are not close-on-exec reach every child: only one helper may be started at a time.
    private static readonly Lock Gate = new();

    internal static SafeFileHandle Mount(string target, FuseMountOptions options)
    {
        Syscall.SocketPair(out var ours, out var theirs).ThrowIfError("socketpair");
        using (ours)
        using (theirs)
        {
            var (exitCode, message) = Run(theirs, "-o", Options(options), "--", target);

            // It has sent the descriptor before it ended: no need to wait.
            if (exitCode == 0 && Syscall.ReceiveDescriptor(ours, out var device) == Errno.OK)
            {
                return device;
            }

            throw Refusal(target, exitCode == 0 ? "it handed no descriptor back" : message);
        }
    }

    internal static void Unmount(string target, bool lazy)
    {
        string[] arguments = lazy ? ["-u", "-z", "--", target] : ["-u", "--", target];
        var (exitCode, message) = Run(null, arguments);
        if (exitCode != 0)
        {
            throw Refusal(target, message);
        }
    }

    /// <summary>The value of -o. fusermount3 adds fd, rootmode, user_id and group_id, and nosuid and nodev for users.</summary>
    internal static string Options(FuseMountOptions options)
    {
        var list = new List<string> { "fsname=" + Escape(options.Source), "subtype=" + Escape(options.Subtype) };
        void Add(bool wanted, string option)
        {
            if (wanted)
            {
                list.Add(option);
            }
        }

        Add(options.ReadOnly, "ro");
        Add(options.NoSuid, "nosuid");
        Add(options.NoDev, "nodev");
        Add(options.NoExec, "noexec");
        Add(options.NoAtime, "noatime");
        Add(options.AllowOther, "allow_other");
        Add(options.DefaultPermissions, "default_permissions");
        Add(options.MaxRead is not null, string.Create(CultureInfo.InvariantCulture, $"max_read={options.MaxRead}"));
        return string.Join(',', list);
    }

    /// <summary>A comma would end the value, and the backslash escapes.</summary>
    internal static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal);

    private static FuseMountException Refusal(string target, string message)
    {
        // fusermount3 tells failures apart in words only.
        var kind = message switch
        {
            _ when message.Contains("Device or resource busy", StringComparison.Ordinal) => FuseMountError.Busy,
            _ when message.Contains("not found in", StringComparison.Ordinal) || message.Contains("Invalid argument", StringComparison.Ordinal) => FuseMountError.NotMounted,
            _ when message.Contains("fuse device not found", StringComparison.Ordinal) => FuseMountError.FuseMissing,
            _ when message.Contains("user_allow_other", StringComparison.Ordinal) || message.Contains("ermission denied", StringComparison.Ordinal)
                || message.Contains("not permitted", StringComparison.Ordinal) || message.Contains("no write access", StringComparison.Ordinal) => FuseMountError.NotPermitted,
            _ when message.Contains("No such file", StringComparison.Ordinal) => FuseMountError.PathMissing,
            _ => FuseMountError.Other,
        };
        string next = kind switch
        {
            FuseMountError.Busy => $"'fuser -vm {target}' names the processes; end them and try again, or detach it with lazy.",
            FuseMountError.FuseMissing => "Load it with 'modprobe fuse', or in a container pass it in ('--device /dev/fuse').",
            FuseMountError.NotPermitted when message.Contains("user_allow_other", StringComparison.Ordinal) => "Put the line user_allow_other into /etc/fuse.conf, or mount without allow-other.",
            FuseMountError.NotPermitted => "Check that you own the folder, that fusermount3 is set-user-id root, and that /dev/fuse is open to you (mode 0666).",
            FuseMountError.NotMounted => "Nothing of yours is mounted there.",
            _ => "",
        };
        return new FuseMountException(kind, $"{target}: {message.Trim()}. {next}".TrimEnd());
    }

    private static (int ExitCode, string Message) Run(SafeFileHandle? socket, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardError = true, UseShellExecute = false };
        start.Environment["LC_ALL"] = "C";
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using var process = Start(start, socket);
            string message = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, message);
        }
        catch (Win32Exception)
        {
            throw new FuseMountException(FuseMountError.FuseMissing, "fusermount3 is not there. Install it ('apt-get install fuse3'), or run as root.");
        }
    }

    /// <summary>.NET's children inherit every descriptor that is not close-on-exec, and by its number.</summary>
    private static Process Start(ProcessStartInfo start, SafeFileHandle? socket)
    {
        if (socket is null)
        {
            return Process.Start(start)!;
        }

        lock (Gate)
        {
            start.Environment["_FUSE_COMMFD"] = Syscall.Number(socket).ToString(CultureInfo.InvariantCulture);
            Syscall.SetCloseOnExec(socket, false).ThrowIfError("fcntl");
            try
            {
                return Process.Start(start)!;
            }
            finally
            {
                Syscall.SetCloseOnExec(socket, true).ThrowIfError("fcntl");
            }
        }
    }
}
