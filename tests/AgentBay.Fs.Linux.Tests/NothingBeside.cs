namespace AgentBay.Fs.Linux.Tests;

/// <summary>For classes to which it matters that a program that is just being started has a copy of every open file of ours: none that starts programs runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NothingBeside
{
    public const string Name = "nothing beside";
}
