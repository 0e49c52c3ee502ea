using AgentBay.Mount.Mounts;
using AgentBay.Mount.Output;

namespace AgentBay.Mount.Daemon;

/// <summary><c>--foreground</c>: the mount is this process; Ctrl-C flushes and unmounts.</summary>
internal static class ForegroundMount
{
    internal static Task<int> RunAsync(MountRequest request) =>
        new MountProcess(request, HostAdapters.Current, report => StartMessages.Print(report, request), toConsole: true).RunAsync();
}
