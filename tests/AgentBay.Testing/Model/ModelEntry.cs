namespace AgentBay.Testing.Model;

/// <summary>What a mount shows under one name.</summary>
public sealed record ModelEntry(ModelKind Kind, string Content, uint Mode, string Xattr, long MtimeNs)
{
    public override string ToString() => $"{Kind} {Convert.ToString(Mode, 8)} '{Short(Content)}' {Xattr}";

    internal static string Short(string content) => content.Length <= 40 ? content : $"{content[..40]}… ({content.Length})";
}
