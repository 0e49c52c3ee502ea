using System.Text.Json.Serialization;

namespace AgentBay.Fs.Control;

/// <summary>A line from a client: <c>{"request":"unmount","force":true}</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "request")]
[JsonDerivedType(typeof(Info), "info")]
[JsonDerivedType(typeof(Status), "status")]
[JsonDerivedType(typeof(Tasks), "tasks")]
[JsonDerivedType(typeof(Sync), "sync")]
[JsonDerivedType(typeof(Unmount), "unmount")]
public abstract record ControlRequest
{
    /// <summary>A longer line is an error.</summary>
    public const int MaxBytes = 64 << 10;

    private ControlRequest()
    {
    }

    /// <summary>Answered by <see cref="ControlReply.Info"/>.</summary>
    public sealed record Info : ControlRequest;

    /// <summary>Answered by <see cref="ControlReply.Status"/>.</summary>
    public sealed record Status : ControlRequest;

    /// <summary>Answered by <see cref="ControlReply.Tasks"/>.</summary>
    public sealed record Tasks : ControlRequest;

    /// <summary>Answered by <see cref="ControlReply.Progress"/> while it runs, then <see cref="ControlReply.Done"/>.</summary>
    /// <param name="Detached">Answered at once by <see cref="ControlReply.Tasks"/>, of which it is one; it goes on.</param>
    public sealed record Sync(SyncMode Mode, bool Detached = false) : ControlRequest;

    /// <summary>Answered as <see cref="Sync"/>, or by <see cref="ControlReply.Busy"/>.</summary>
    public sealed record Unmount(double? DeadlineSeconds, bool Force) : ControlRequest
    {
        /// <summary>See <see cref="UnmountOptions.DrainLater"/>: <see cref="ControlReply.Progress"/> says when it is unmounted.</summary>
        public bool DrainLater { get; init; }
    }
}
