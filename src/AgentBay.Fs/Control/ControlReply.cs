using System.Text.Json.Serialization;
using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Control;

/// <summary>A line to a client. Every request gets any number of <see cref="Progress"/> and one of the others.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "reply")]
[JsonDerivedType(typeof(Status), "status")]
[JsonDerivedType(typeof(Tasks), "tasks")]
[JsonDerivedType(typeof(Path), "path")]
[JsonDerivedType(typeof(Rule), "rule")]
[JsonDerivedType(typeof(Conflicts), "conflicts")]
[JsonDerivedType(typeof(Progress), "progress")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Busy), "busy")]
[JsonDerivedType(typeof(Failed), "failed")]
public abstract record ControlReply
{
    /// <summary>How many remaining changes a message names.</summary>
    public const int MaxRemaining = 1000;

    private ControlReply()
    {
    }

    public sealed record Status(MountStatus Mount) : ControlReply;

    public sealed record Tasks(IReadOnlyList<SyncTask> Rows) : ControlReply;

    public sealed record Path(PathStatus Found) : ControlReply;

    /// <param name="Rules">What decides, for people.</param>
    public sealed record Rule(bool IsSynced, IReadOnlyList<string> Rules) : ControlReply;

    public sealed record Conflicts(IReadOnlyList<ConflictCopy> Copies) : ControlReply;

    /// <summary>Comes a few times a second while a request runs.</summary>
    public sealed record Progress(MountState State, int FilesDone, int FilesTotal, long BytesDone, long BytesTotal, string? LastError) : ControlReply;

    /// <param name="Remaining">The first <see cref="MaxRemaining"/> of what is not in the store.</param>
    public sealed record Done(int FilesDone, long BytesDone, int RemainingCount, long RemainingBytes, IReadOnlyList<Remaining> Remaining) : ControlReply
    {
        /// <summary>See <see cref="FlushReport.IsByPolicy"/>.</summary>
        public bool IsByPolicy { get; init; }

        /// <summary>See <see cref="FlushReport.IsContextLost"/>.</summary>
        public bool IsContextLost { get; init; }

        /// <summary>See <see cref="FlushReport.Acknowledged"/>.</summary>
        public int Acknowledged { get; init; }

        public static Done From(FlushReport report) => new(
            report.FilesDone,
            report.BytesDone,
            report.Remaining.Count,
            report.Remaining.Sum(change => change.Bytes),
            [.. report.Remaining.Take(MaxRemaining).Select(Control.Remaining.From)])
        {
            IsByPolicy = report.IsByPolicy,
            IsContextLost = report.IsContextLost,
            Acknowledged = report.Acknowledged,
        };
    }

    /// <summary>Nothing was unmounted.</summary>
    public sealed record Busy(IReadOnlyList<BusyProcess> Processes) : ControlReply;

    /// <summary>The request is not one, or it failed.</summary>
    public sealed record Failed(string Message) : ControlReply;
}
