namespace AgentBay.Fs.Checking;

/// <summary>All that decides whether something is wrong with one path.</summary>
/// <param name="Filled">Every name of its folder was placed, so that one that is missing was deleted or lost.</param>
/// <param name="Clean">The mirror says that nothing is pending: the next mount would compare nothing.</param>
public readonly record struct PathFacts(RowFact Row, LocalFact Local, RemoteFact Remote, bool Filled, bool Clean);
