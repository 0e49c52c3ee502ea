using System.Globalization;

namespace AgentBay.Mount.CommandLine;

/// <summary>The values of mount options, whether they came as <c>--name</c> or inside <c>-o</c>. Every message names the option as it was typed.</summary>
internal static class MountSettings
{
    /// <summary>Applies the list of one <c>-o</c>. A comma inside a value is written <c>\,</c>.</summary>
    internal static MountRequest ApplyList(MountRequest request, string list)
    {
        foreach (string option in Split(list))
        {
            int equals = option.IndexOf('=', StringComparison.Ordinal);
            request = equals < 0
                ? ApplyFlag(request, option)
                : ApplyValue(request, option[..equals], option[(equals + 1)..]);
        }

        return request;
    }

    internal static MountRequest WriteBack(MountRequest request, string name, string value) => request with
    {
        WriteBack = value == "off" ? null : Duration.TryParse(value)
            ?? throw CommandException.Usage($"{name}: '{value}' is not a time such as 500ms, 5s, 2m, or off."),
    };

    internal static MountRequest Fsync(MountRequest request, string name, string value) => request with
    {
        FsyncReachesStore = value switch
        {
            "store" => true,
            "local" => false,
            _ => throw CommandException.Usage($"{name}: '{value}' is neither store (fsync waits for the store) nor local (for this disk)."),
        },
    };

    internal static MountRequest LogLevel(MountRequest request, string name, string value) => request with
    {
        LogLevel = value switch
        {
            "trace" => Microsoft.Extensions.Logging.LogLevel.Trace,
            "debug" => Microsoft.Extensions.Logging.LogLevel.Debug,
            "info" => Microsoft.Extensions.Logging.LogLevel.Information,
            "warning" => Microsoft.Extensions.Logging.LogLevel.Warning,
            "error" => Microsoft.Extensions.Logging.LogLevel.Error,
            _ => throw CommandException.Usage($"{name}: '{value}' is none of trace, debug, info, warning, error."),
        },
    };

    internal static uint Id(string name, string value) =>
        uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) && id != uint.MaxValue
            ? id
            : throw CommandException.Usage($"{name}: '{value}' is not a numeric id (see: id -u, id -g).");

    /// <param name="value">Octal.</param>
    internal static uint Umask(string name, string value)
    {
        bool octal = value.Length is > 0 and <= 4 && value.All(c => c is >= '0' and <= '7');
        uint mask = octal ? Convert.ToUInt32(value, 8) : uint.MaxValue;
        return mask <= 0b111_111_111 ? mask : throw CommandException.Usage($"{name}: '{value}' is not an octal mask such as 022.");
    }

    private static MountRequest ApplyFlag(MountRequest request, string option) => option switch
    {
        "ro" => request with { ReadOnly = true },
        "rw" => request with { ReadOnly = false },
        "allow_other" => request with { AllowOther = true },
        "nosuid" => request with { NoSuid = true },
        "suid" => request with { NoSuid = false },
        "nodev" => request with { NoDev = true },
        "dev" => request with { NoDev = false },
        "noexec" => request with { NoExec = true },
        "exec" => request with { NoExec = false },
        "noatime" => request with { NoAtime = true },
        "atime" => request with { NoAtime = false },
        "sync_on_close" => request with { SyncOnClose = true },
        "no_create" => request with { Create = false },
        "keep_deleted" => request with { PolicyOptions = request.PolicyOptions.KeepingDeleted() },
        _ when IsForOthers(option) => request,
        _ => throw Unknown(option),
    };

    private static MountRequest ApplyValue(MountRequest request, string name, string value) => name switch
    {
        "store" => request with { Store = value },
        "cache_dir" => request with { CacheDirectory = value },
        "uid" => request with { Uid = Id("-o uid", value) },
        "gid" => request with { Gid = Id("-o gid", value) },
        "umask" => request with { Umask = Umask("-o umask", value) },
        "write_back" => WriteBack(request, "-o write_back", value),
        "fsync" => Fsync(request, "-o fsync", value),
        "policy" => request with { PolicyOptions = request.PolicyOptions.Policy("-o policy", value) },
        "upload" => request with { PolicyOptions = request.PolicyOptions.Upload("-o upload", value) },
        "download" => request with { PolicyOptions = request.PolicyOptions.Download("-o download", value) },
        "include" => request with { PolicyOptions = request.PolicyOptions.Include(value) },
        "exclude" => request with { PolicyOptions = request.PolicyOptions.Exclude(value) },
        "lifecycle" => request with { PolicyOptions = request.PolicyOptions.Keep("-o lifecycle", value) },
        "log_file" => request with { LogFile = value },
        "log_level" => LogLevel(request, "-o log_level", value),
        _ when IsForOthers(name) => request,
        _ => throw Unknown(name),
    };

    // Words of fstab that mean something to mount(8), systemd or nobody.
    private static bool IsForOthers(string name) =>
        name is "" or "defaults" or "_netdev" or "_rnetdev" or "nofail" or "auto" or "noauto" or "user" or "users" or "nouser" or "owner" or "group"
            or "async" or "relatime" or "norelatime" or "strictatime" or "nostrictatime" or "diratime" or "nodiratime" or "lazytime" or "nolazytime"
            or "comment" or "uhelper" or "helper"
        || name.StartsWith("x-", StringComparison.Ordinal) || name.StartsWith("X-", StringComparison.Ordinal);

    private static CommandException Unknown(string option) => CommandException.Usage(
        $"-o {option}: there is no such mount option. Known: ro, rw, allow_other, uid=, gid=, umask=, store=, cache_dir=, write_back=, fsync=, sync_on_close, "
        + "policy=, upload=, download=, include=, exclude=, keep_deleted, lifecycle=, no_create, log_file=, log_level=, nosuid, nodev, noexec, noatime and their opposites.");

    private static IEnumerable<string> Split(string list)
    {
        var part = new System.Text.StringBuilder();
        for (int i = 0; i < list.Length; i++)
        {
            if (list[i] == '\\' && i + 1 < list.Length && list[i + 1] == ',')
            {
                _ = part.Append(list[++i]);
            }
            else if (list[i] == ',')
            {
                yield return part.ToString();
                _ = part.Clear();
            }
            else
            {
                _ = part.Append(list[i]);
            }
        }

        yield return part.ToString();
    }
}
