namespace AgentBay.Mount.Output;

/// <summary>What <c>file delete --json</c> prints. These names stay as they are.</summary>
internal sealed record FileDeletionReport(IReadOnlyList<string> Deleted, IReadOnlyList<FileFailure> Failed);
