namespace AgentBay.Fs.Policies;

/// <summary>How archives that we made ourselves are unpacked. An archive that is a user's own file is never unpacked.</summary>
public sealed record ExtractPolicy
{
    public bool Extract { get; init; } = true;

    public bool DeleteSrcFile { get; init; } = true;

    public bool ExtractToCurrentFolder { get; init; }
}
