namespace AgentBay.Fs.Sync;

/// <summary>How an action ended, where it did not fail.</summary>
internal enum ActionOutcome
{
    Done,

    /// <summary>What was there when it began is in the store; it has changed since.</summary>
    StaysDirty,

    /// <summary>Mirror or baseline changed since the plan was made, or the store has another version: the path must be looked at again.</summary>
    LookAgain,
}
