using System.CommandLine;
using AgentBay.Fs.Contexts;
using AgentBay.Mount.Output;

namespace AgentBay.Mount.CommandLine;

/// <summary><c>context list|get|create|rename|clear|delete</c>.</summary>
internal static class ContextVerb
{
    internal const string Name = "context";

    internal static Command Create()
    {
        var store = new Option<string>("--store") { Recursive = true };
        var json = new Option<bool>("--json") { Recursive = true };
        var command = new Command(Name) { store, json };
        foreach (Command verb in (Command[])[CreateList(store, json), .. CreatePrinting(store, json), CreateDelete(store, json), CreateClear(store, json)])
        {
            command.Add(verb);
        }

        return command;
    }

    private static Command CreateList(Option<string> store, Option<bool> json)
    {
        var list = new Command("list");
        list.SetAction((parsed, _) => StoreSession.RunAsync(parsed.GetValue(store), async (session, cancel) =>
            ContextReport.Print(await session.Catalog.ListAsync(cancel), parsed.GetValue(json))));
        return list;
    }

    /// <summary>Those that print one context as it is then.</summary>
    private static Command[] CreatePrinting(Option<string> store, Option<bool> json)
    {
        var context = new Argument<string>("ctx");
        var newName = new Argument<string>("name");
        return
        [
            Printing(new Command("get") { context }, (parsed, session, cancel) => session.FindAsync(parsed.GetRequiredValue(context), cancel)),
            Printing(new Command("create") { context }, (parsed, session, cancel) => session.Catalog.GetOrCreateAsync(parsed.GetRequiredValue(context), cancel)),
            Printing(new Command("rename") { context, newName }, async (parsed, session, cancel) =>
                await session.Catalog.RenameAsync(await session.FindAsync(parsed.GetRequiredValue(context), cancel), parsed.GetRequiredValue(newName), cancel)),
        ];

        Command Printing(Command command, Func<ParseResult, StoreSession, CancellationToken, Task<ContextRecord>> find)
        {
            command.SetAction((parsed, _) => StoreSession.RunAsync(parsed.GetValue(store), async (session, cancel) =>
                ContextReport.Print(await find(parsed, session, cancel), parsed.GetValue(json))));
            return command;
        }
    }

    private static Command CreateDelete(Option<string> store, Option<bool> json)
    {
        var context = new Argument<string>("ctx");
        var yes = new Option<bool>("--yes", "-y");
        var delete = new Command("delete") { context, yes };
        delete.SetAction((parsed, _) => StoreSession.RunAsync(parsed.GetValue(store), (session, cancel) =>
            ContextRemoval.DeleteAsync(session, parsed.GetRequiredValue(context), parsed.GetValue(yes), parsed.GetValue(json), cancel)));
        return delete;
    }

    private static Command CreateClear(Option<string> store, Option<bool> json)
    {
        var context = new Argument<string>("ctx");
        var yes = new Option<bool>("--yes", "-y");
        var noWait = new Option<bool>("--no-wait");
        var timeout = new Option<string>("--timeout");
        var clear = new Command("clear") { context, yes, noWait, timeout };
        clear.SetAction((parsed, _) =>
        {
            TimeSpan? wait = parsed.GetValue(noWait) ? null : ContextRemoval.ReadTimeout(parsed.GetValue(timeout));
            return StoreSession.RunAsync(parsed.GetValue(store), (session, cancel) =>
                ContextRemoval.ClearAsync(session, parsed.GetRequiredValue(context), wait, parsed.GetValue(yes), parsed.GetValue(json), cancel));
        });
        return clear;
    }
}
