using System.CommandLine;
using AgentBay.Fs.Contexts;
using AgentBay.Mount.CommandLine;

namespace AgentBay.Mount.Daemon;

/// <summary>The hidden <c>clear-context</c> verb: ends a clear that has begun, in the background. Where it dies, clearing again ends it.</summary>
internal static class ClearingProcess
{
    internal const string VerbName = "clear-context";

    internal static Command CreateVerb()
    {
        var context = new Argument<string>("ctx");
        var store = new Option<string>("--store");
        var command = new Command(VerbName) { context, store };
        command.Hidden = true;
        command.SetAction((parsed, _) =>
        {
            Terminal.LeaveSession();
            Terminal.LeaveDescriptors();
            return StoreSession.RunAsync(parsed.GetValue(store), async (session, cancel) =>
            {
                ContextRecord clearing = await session.FindAsync(parsed.GetRequiredValue(context), cancel);
                ContextRecord cleared = await session.Catalog.FinishClearAsync(clearing, deletedObjects: null, cancel);
                return cleared.State == ContextRecord.Clearing ? ExitCode.Failed : ExitCode.Done;
            });
        });
        return command;
    }

    internal static void Start(string store, ContextRecord clearing) => SelfProcess.Start(VerbName, clearing.Id, "--store", store).Dispose();
}
