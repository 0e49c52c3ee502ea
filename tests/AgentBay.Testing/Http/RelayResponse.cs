using System.Globalization;
using System.Text;

namespace AgentBay.Testing.Http;

/// <summary>An answer, its body whole.</summary>
public sealed record RelayResponse(int Status, string Reason, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    /// <summary>Only so many bytes of the body are sent, behind a head that promises all; then the connection ends.</summary>
    public int? CutAt { get; init; }

    /// <summary>An error as S3 tells it.</summary>
    public static RelayResponse Error(int status, string code, string message)
    {
        byte[] body = Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>");
        return new RelayResponse(status, code, [new("Content-Type", "application/xml"), new("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture))], body);
    }
}
