using System.Globalization;

namespace AgentBay.Sdk;

/// <summary>A context was not cleared in time. The clear goes on: <see cref="ContextService.GetClearStatusAsync"/> says when it is done.</summary>
public sealed class ClearanceTimeoutException(TimeSpan timeout)
    : AgentBayException(string.Create(CultureInfo.InvariantCulture, $"Context clearing timed out after {timeout.TotalSeconds:0.###} seconds"));
