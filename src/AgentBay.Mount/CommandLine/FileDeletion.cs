using AgentBay.Fs;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Files;
using AgentBay.Mount.Output;

namespace AgentBay.Mount.CommandLine;

/// <summary>What <c>file delete</c> does: each path by itself, so that one that is not there keeps no other.</summary>
internal static class FileDeletion
{
    internal static async Task<int> RunAsync(ContextFiles files, string context, IReadOnlyList<TreePath> paths, bool yes, bool json, CancellationToken cancellationToken)
    {
        string what = paths is [var one] ? $"'{FilePath.Printable(one.ToString())}'" : $"{paths.Count} files";
        await Confirmation.RequireAsync(
            yes, $"This deletes {what} from context '{context}'", $"Delete {what} from context '{context}'? [y/N]", "y", cancellationToken);
        var deleted = new List<string>();
        var failed = new List<FileFailure>();
        foreach (TreePath path in paths)
        {
            try
            {
                await files.DeleteAsync(path, cancellationToken);
                deleted.Add("/" + path);
            }
            catch (ContextException error) when (error.Error is ContextError.NoSuchFile or ContextError.WrongKind)
            {
                failed.Add(new FileFailure("/" + path, error.Message));
            }
        }

        if (json)
        {
            OutputJson.Print(new FileDeletionReport(deleted, failed), OutputJson.Default.FileDeletionReport);
        }

        foreach (FileFailure failure in failed)
        {
            Console.Error.WriteLine($"agentbay-mount: {failure.Error}");
        }

        return failed.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
