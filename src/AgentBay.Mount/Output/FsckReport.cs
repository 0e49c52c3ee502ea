using System.Text.Json;
using AgentBay.Fs.Checking;
using AgentBay.Fs.Contexts;

namespace AgentBay.Mount.Output;

/// <summary>What <c>fsck --json</c> prints. These names stay as they are.</summary>
/// <param name="Mirror">Null: there is none on this machine, and the store alone was checked.</param>
internal sealed record FsckReport(
    string Context, string ContextId, string Store, string? Mirror, int Names, int Objects, int Problems, int Repaired, IReadOnlyList<FsckReport.Line> Findings)
{
    internal static FsckReport From(CheckReport report, ContextRecord context, string store) =>
        new(context.Name, context.Id, store, report.Mirror, report.Names, report.Objects, report.Problems, report.Repaired, [.. report.Findings.Select(Line.From)]);

    /// <param name="Class">In kebab case: <c>bytes-lost</c>.</param>
    /// <param name="Problem">False: mount and store settle it by themselves.</param>
    /// <param name="Repair">What --repair does or did; null: nothing.</param>
    /// <param name="Error">Why the repair failed.</param>
    internal sealed record Line(string Class, bool Problem, string? Path, string? Key, string What, string? Repair, bool Repaired, string? Error)
    {
        internal static Line From(Finding finding) => new(
            JsonNamingPolicy.KebabCaseLower.ConvertName(finding.Class.ToString()),
            finding.IsProblem,
            finding.Path?.ToString(),
            finding.Key,
            finding.What,
            Describe(finding.Mend),
            finding.Repaired,
            finding.Failure);

#pragma warning disable CS8524 // A new member must break the build (CS8509); numbers that are no member need not.
        private static string? Describe(Mend mend) => mend switch
        {
            Mend.None => null,
            Mend.CompareAtMount => "lets the next mount compare the whole mirror and upload what differs",
            Mend.UploadAgain => "keeps the file here and lets the next mount upload it again",
            Mend.ForgetRow => "lets the store's version show again",
            Mend.RemoveName => "removes the name, which has no bytes, so that what the store has shows",
            Mend.SetAside => "keeps these bytes beside it as *.damaged-* and lets the store's version show again",
            Mend.DeleteObject => "deletes it",
            Mend.AbortUpload => "aborts it",
            Mend.WriteEntry => "writes it",
            Mend.SetIndexAside => "sets the index aside; the next mount makes a new one",
        };
#pragma warning restore CS8524
    }
}
