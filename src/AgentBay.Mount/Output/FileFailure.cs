namespace AgentBay.Mount.Output;

/// <summary>Why something was not done with a path, as <c>--json</c> prints it.</summary>
internal sealed record FileFailure(string Path, string Error);
