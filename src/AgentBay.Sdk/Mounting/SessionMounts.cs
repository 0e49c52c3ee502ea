using AgentBay.Fs.Mirror;

namespace AgentBay.Sdk.Mounting;

/// <summary>Mounts the contexts of sessions: all of them or none.</summary>
/// <param name="storeUrl">As the program takes it.</param>
/// <param name="canonicalStoreUrl">As the store says it.</param>
internal sealed class SessionMounts(string storeUrl, string canonicalStoreUrl, string cacheDirectory, MountProgram program)
{
    private readonly string storeUrl = storeUrl;
    private readonly string canonicalStoreUrl = canonicalStoreUrl;
    private readonly string cacheDirectory = cacheDirectory;
    private readonly MountProgram program = program;

    internal async Task<MountedContexts> MountAllAsync(IReadOnlyList<ContextSync> syncs, CancellationToken cancellationToken)
    {
        var mounted = new MountedContexts();
        try
        {
            foreach (ContextSync sync in syncs)
            {
                mounted.Add(await MountAsync(sync, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }

            return mounted;
        }
        catch (Exception error)
        {
            await TakeDownAsync(mounted, error);
            throw;
        }
    }

    /// <summary>Waits where the context still drains from an earlier session.</summary>
    private async Task<ContextMount> MountAsync(ContextSync sync, CancellationToken cancellationToken)
    {
        MountFolder.Make(sync.Path);
        List<string> arguments = ["mount", "--store", storeUrl, "--cache-dir", cacheDirectory, "--no-create"];
        if (sync.Policy is { } policy)
        {
            arguments.AddRange(["--policy", policy.ToJson()]);
        }

        ProgramEnd end = await program.RunAsync([.. arguments, sync.ContextId, sync.Path], cancellationToken);
        if (!end.IsDone)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new AgentBayException(end.Message.Length > 0 ? end.Message : $"The mount of {sync.Path} failed with code {end.ExitCode}.");
        }

        return new ContextMount(sync, StateFolder.ControlSocketOf(cacheDirectory, canonicalStoreUrl, sync.ContextId), program);
    }

    private static async Task TakeDownAsync(MountedContexts mounted, Exception error)
    {
        try
        {
            await mounted.UnmountAsync(waitForStore: false, CancellationToken.None);
        }
        catch (AgentBayException stays)
        {
            throw new AgentBayException($"{error.Message} And what was mounted already could not be unmounted: {stays.Message}", error);
        }
    }
}
