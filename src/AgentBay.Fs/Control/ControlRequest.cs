using System.Text.Json.Serialization;

namespace AgentBay.Fs.Control;

/// <summary>A line from a client: <c>{"request":"unmount","force":true}</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "request")]
[JsonDerivedType(typeof(Status), "status")]
[JsonDerivedType(typeof(Tasks), "tasks")]
[JsonDerivedType(typeof(Path), "path")]
[JsonDerivedType(typeof(Rule), "rule")]
[JsonDerivedType(typeof(Conflicts), "conflicts")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
[JsonDerivedType(typeof(Sync), "sync")]
[JsonDerivedType(typeof(Unmount), "unmount")]
public abstract record ControlRequest
{
    /// <summary>A longer line is an error.</summary>
    public const int MaxBytes = 64 << 10;

    private ControlRequest()
    {
    }

    /// <summary>Answered by <see cref="ControlReply.Status"/>.</summary>
    public sealed record Status : ControlRequest;

    /// <summary>Answered by <see cref="ControlReply.Tasks"/>.</summary>
    public sealed record Tasks : ControlRequest;

    /// <summary>Answered by <see cref="ControlReply.Path"/>.</summary>
    /// <param name="Name">Below the mount, without a leading slash; empty: its root.</param>
    public sealed record Path(string Name) : ControlRequest;

    /// <summary>Answered by <see cref="ControlReply.Rule"/>.</summary>
    /// <param name="Name">As <see cref="Path"/>'s; it need not be there.</param>
    public sealed record Rule(string Name) : ControlRequest;

    /// <summary>Answered by <see cref="ControlReply.Conflicts"/>.</summary>
    public sealed record Conflicts : ControlRequest;

    /// <summary>The failure of a path is known and holds nothing up. Answered as <see cref="Path"/>.</summary>
    public sealed record Acknowledge(string Name) : ControlRequest;

    /// <summary>Answered by <see cref="ControlReply.Progress"/> while it runs, then <see cref="ControlReply.Done"/>.</summary>
    /// <param name="Detached">Answered at once by <see cref="ControlReply.Tasks"/>, of which it is one; it goes on.</param>
    public sealed record Sync(SyncMode Mode, bool Detached = false) : ControlRequest;

    /// <summary>Answered as <see cref="Sync"/>, or by <see cref="ControlReply.Busy"/>.</summary>
    public sealed record Unmount(double? DeadlineSeconds, bool Force, bool Upload = false) : ControlRequest
    {
        /// <summary>See <see cref="UnmountOptions.DrainLater"/>: <see cref="ControlReply.Progress"/> says when it is unmounted.</summary>
        public bool DrainLater { get; init; }
    }
}
