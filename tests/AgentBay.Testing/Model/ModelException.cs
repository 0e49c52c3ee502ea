namespace AgentBay.Testing.Model;

/// <summary>The mount does not do what the model says.</summary>
public sealed class ModelException(string message) : Exception(message);
