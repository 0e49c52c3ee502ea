namespace AgentBay.Mount.Tests;

/// <summary>For classes beside which no other runs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NothingBeside
{
    public const string Name = "nothing beside";
}
