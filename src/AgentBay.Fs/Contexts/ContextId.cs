using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace AgentBay.Fs.Contexts;

/// <summary>Ids of contexts: <c>SdkCtx-</c> and 20 lower-case letters and digits.</summary>
public static partial class ContextId
{
    public const string Prefix = "SdkCtx-";

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const int RandomLength = 20;

    public static string New() => Prefix + RandomNumberGenerator.GetString(Alphabet, RandomLength);

    public static bool IsId(string text) => Form().IsMatch(text);

    [GeneratedRegex(@"\ASdkCtx-[a-z0-9]{20}\z")]
    private static partial Regex Form();
}
