using System.Text;

namespace AgentBay.Testing;

/// <summary>The order of keys: by UTF-8 bytes, which is that of scalar values and not of UTF-16 units.</summary>
public static class Utf8Order
{
    public static IComparer<string> Comparer { get; } = Comparer<string>.Create(Compare);

    private static int Compare(string left, string right)
    {
        int same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        // A high surrogate that both begin with decides together with what follows it.
        int start = same > 0 && char.IsHighSurrogate(left[same - 1]) ? same - 1 : same;
        return Scalar(left, start).CompareTo(Scalar(right, start));
    }

    private static int Scalar(string text, int index) => Rune.TryGetRuneAt(text, index, out Rune rune) ? rune.Value : text[index];
}
