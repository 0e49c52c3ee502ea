using System.CommandLine;
using System.Globalization;
using AgentBay.Fs;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Files;
using AgentBay.Mount.Output;
using AgentBay.ObjectStore;

namespace AgentBay.Mount.CommandLine;

/// <summary><c>file list|put|get|delete|upload-url|download-url</c>: the files of a context, without a mount.</summary>
internal static class FileVerb
{
    internal const string Name = "file";

    private const int DefaultPageSize = 50;

    internal static Command Create()
    {
        var common = new Common(new Option<string>("--store") { Recursive = true }, new Option<bool>("--json") { Recursive = true }, new Argument<string>("ctx"));
        var command = new Command(Name) { common.Store, common.Json };
        foreach (Command verb in (Command[])
        [
            CreateList(common), CreatePut(common), CreateGet(common), CreateDelete(common),
            CreateUrl(common, "upload-url", PresignedUse.Put), CreateUrl(common, "download-url", PresignedUse.Get),
        ])
        {
            command.Add(verb);
        }

        return command;
    }

    private static Command CreateList(Common common)
    {
        var folder = new Argument<string>("folder") { DefaultValueFactory = _ => "/" };
        var page = new Option<string>("--page");
        var size = new Option<string>("--page-size");
        var list = new Command("list") { common.Context, folder, page, size };
        list.SetAction((parsed, _) =>
        {
            TreePath path = FilePath.ParseFolder(RawArguments.BytesOf(parsed.GetRequiredValue(folder)));
            (int number, int length) = (Number("--page", parsed.GetValue(page)) ?? 1, Number("--page-size", parsed.GetValue(size)) ?? DefaultPageSize);
            return RunAsync(parsed, common, async (files, _, cancel) =>
                FileListReport.Print(await files.ListAsync(path, number, length, cancel), number, length, parsed.GetValue(common.Json)));
        });
        return list;
    }

    private static Command CreatePut(Common common)
    {
        var local = new Argument<string>("local");
        var path = new Argument<string>("path");
        var put = new Command("put") { common.Context, local, path };
        put.SetAction((parsed, _) =>
        {
            TreePath file = FileOf(parsed.GetRequiredValue(path));
            return RunAsync(parsed, common, (files, _, cancel) =>
                FileTransfer.PutAsync(files, parsed.GetRequiredValue(local), file, parsed.GetValue(common.Json), cancel));
        });
        return put;
    }

    private static Command CreateGet(Common common)
    {
        var path = new Argument<string>("path");
        var local = new Argument<string>("local");
        var get = new Command("get") { common.Context, path, local };
        get.SetAction((parsed, _) =>
        {
            TreePath file = FileOf(parsed.GetRequiredValue(path));
            return RunAsync(parsed, common, (files, _, cancel) =>
                FileTransfer.GetAsync(files, file, parsed.GetRequiredValue(local), parsed.GetValue(common.Json), cancel));
        });
        return get;
    }

    private static Command CreateDelete(Common common)
    {
        var paths = new Argument<string[]>("path") { Arity = ArgumentArity.OneOrMore };
        var yes = new Option<bool>("--yes", "-y");
        var delete = new Command("delete") { common.Context, paths, yes };
        delete.SetAction((parsed, _) =>
        {
            List<TreePath> files = [.. parsed.GetRequiredValue(paths).Select(path => FilePath.ParseFolder(RawArguments.BytesOf(path)))];
            return RunAsync(parsed, common, (context, name, cancel) =>
                FileDeletion.RunAsync(context, name, files, parsed.GetValue(yes), parsed.GetValue(common.Json), cancel));
        });
        return delete;
    }

    private static Command CreateUrl(Common common, string verb, PresignedUse use)
    {
        var path = new Argument<string>("path");
        var expires = new Option<string>("--expires");
        var url = new Command(verb) { common.Context, path, expires };
        url.SetAction((parsed, _) =>
        {
            TreePath file = FileOf(parsed.GetRequiredValue(path));
            TimeSpan lifetime = FileUrls.ReadLifetime(parsed.GetValue(expires));
            return StoreSession.RunAsync(parsed.GetValue(common.Store), async (session, cancel) =>
                await FileUrls.PrintAsync(session, parsed.GetRequiredValue(common.Context), file, use, lifetime, parsed.GetValue(common.Json), cancel));
        });
        return url;
    }

    private static Task<int> RunAsync(ParseResult parsed, Common common, Func<ContextFiles, string, CancellationToken, Task<int>> run) =>
        StoreSession.RunAsync(parsed.GetValue(common.Store), async (session, cancel) =>
        {
            ContextRecord context = await session.FindAsync(parsed.GetRequiredValue(common.Context), cancel);
            return await run(session.FilesOf(context), context.Name, cancel);
        });

    private static TreePath FileOf(string argument) => FilePath.ParseFile(RawArguments.BytesOf(argument));

    private static int? Number(string option, string? text) => text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : throw CommandException.Usage($"{option}: '{text}' is not a number.");

    private sealed record Common(Option<string> Store, Option<bool> Json, Argument<string> Context);
}
