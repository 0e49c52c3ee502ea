using System.Globalization;
using System.Text;

namespace AgentBay.Fs.Contexts;

/// <summary>Names of contexts: 1 to 255 characters of any script, compared as they are (case and accents tell names apart).</summary>
public static class ContextName
{
    public const int MaxLength = 255;

    private const string Rule =
        "A name has 1 to 255 characters, none of them a control character or line break, no space at its ends, and does not begin with 'SdkCtx-' (ids do).";

    /// <exception cref="ContextException"><see cref="ContextError.InvalidName"/>; the message says what is allowed.</exception>
    public static void Validate(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Problem(name) is { } problem)
        {
            throw new ContextException(ContextError.InvalidName, $"'{Printable(name)}' cannot be a context's name: {problem}. {Rule}");
        }
    }

    /// <summary>The name as the last part of a key: '/', '%' and names of dots only are percent-encoded, all else stays readable.</summary>
    internal static string ToKeySegment(string name) =>
        name is "." or ".." ? name.Replace(".", "%2E", StringComparison.Ordinal)
        : name.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);

    private static string? Problem(string name) => name switch
    {
        "" => "it is empty",
        _ when name.Length > MaxLength => string.Create(CultureInfo.InvariantCulture, $"it has {name.Length} characters"),
        _ when char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1]) => "it begins or ends with a space",
        _ when name.StartsWith(ContextId.Prefix, StringComparison.Ordinal) => $"it begins with '{ContextId.Prefix}'",
        _ when name.EnumerateRunes().Any(IsForbidden) => "it holds a control character, a line break or half a character",
        _ => null,
    };

    private static bool IsForbidden(Rune rune) => rune == Rune.ReplacementChar
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || (rune.Value & 0xFFFE) == 0xFFFE; // noncharacters, which XML listings cannot carry

    private static string Printable(string name)
    {
        string shown = string.Concat(name.EnumerateRunes().Take(40).Select(rune => IsForbidden(rune) ? "\uFFFD" : rune.ToString()));
        return name.Length > shown.Length ? shown + "…" : shown;
    }
}
