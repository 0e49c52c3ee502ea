using System.Globalization;
using System.Text;
using AgentBay.Fs.Mirror;

namespace AgentBay.Fs.Metadata;

/// <summary>
/// User metadata as s3fs, ossfs and rclone have it, so that they read ours and we read theirs.
/// <code>
/// mtime            1700000000.123456789   seconds, nine digits of fraction (s3fs reads them as nanoseconds) or none; rclone cuts zeros
/// mode             33188                  decimal st_mode with its type; rclone --metadata writes octal, 100644
/// uid, gid         1000
/// xattr            %7B%22user.a%22%3A%22YQ%3D%3D%22%7D   percent-encoded {"user.a":"base64"}
/// sha256           hex of the content
/// agentbay-op      id of the write
/// agentbay-mtime   mtime when the two above were written: they count only while it is the object's
/// </code>
/// A parser answers null for what is missing or broken; none throws.
/// </summary>
public static partial class ObjectMetadata
{
    public const string Mtime = "mtime";
    public const string Mode = "mode";
    public const string Uid = "uid";
    public const string Gid = "gid";
    public const string Xattr = "xattr";
    public const string Sha256 = "sha256";
    public const string OperationId = "agentbay-op";
    public const string WrittenMtime = "agentbay-mtime";

    public const int Sha256Length = 64;

    private const long NsPerSecond = 1_000_000_000;
    private const int FractionDigits = 9;
    private const uint TypeMask = 0xF000;
    private const uint PermissionMask = 0xFFF;
    private const uint NoOwner = uint.MaxValue; // chown's "leave it"

    /// <summary>What a store counts against its limit: UTF-8 bytes of all names and values.</summary>
    public static int SizeOf(IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return metadata.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value));
    }

    /// <summary>Since the epoch; times that 64 bits of nanoseconds do not reach (after 2262) end there.</summary>
    public static long Nanoseconds(DateTimeOffset time) => long.CreateSaturating((Int128)(time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick);

    public static string FormatMtime(long nanoseconds)
    {
        var (seconds, fraction) = UInt128.DivRem((UInt128)Int128.Abs(nanoseconds), NsPerSecond);
        string sign = nanoseconds < 0 ? "-" : "";
        return fraction == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{sign}{seconds}")
            : string.Create(CultureInfo.InvariantCulture, $"{sign}{seconds}.{fraction:D9}");
    }

    /// <summary>A decimal number of seconds; digits below nanoseconds are cut. "-1.5" is a second and a half before the epoch.</summary>
    public static long? ParseMtime(string? value)
    {
        ReadOnlySpan<char> digits = value;
        bool isNegative = digits.StartsWith('-');
        digits = isNegative ? digits[1..] : digits;
        int point = digits.IndexOf('.');
        ReadOnlySpan<char> whole = point < 0 ? digits : digits[..point];
        string fraction = point < 0 ? "" : digits[(point + 1)..].ToString();
        if (!TryParseDigits(whole, out ulong seconds) || (point >= 0 && !IsDigits(fraction))
            || !TryParseDigits(fraction.PadRight(FractionDigits, '0').AsSpan(0, FractionDigits), out ulong nanoseconds))
        {
            return null;
        }

        Int128 total = ((Int128)seconds * NsPerSecond) + nanoseconds;
        total = isNegative ? -total : total;
        return total >= long.MinValue && total <= long.MaxValue ? (long)total : null;
    }

    /// <exception cref="InvalidOperationException">A special file.</exception>
    public static string FormatMode(EntryKind kind, uint permissions)
    {
        uint type = kind switch
        {
            EntryKind.File => 0x8000,
            EntryKind.Folder => 0x4000,
            EntryKind.Symlink => 0xA000,
            EntryKind.Special => throw new InvalidOperationException("A FIFO, socket or device has no object: it lives in the mirror only."),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        return (type | (permissions & PermissionMask)).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Decimal as s3fs has it; where that is no st_mode, or begins with 0, octal as rclone has it.</summary>
    public static ModeBits? ParseMode(string? value)
    {
        if (!IsDigits(value) || value.Length > 12 || value.AsSpan().TrimStart('0').IsEmpty)
        {
            return null;
        }

        ModeBits? fromDecimal = value[0] == '0' ? null : TakeApart(ulong.Parse(value, CultureInfo.InvariantCulture));
        return fromDecimal ?? (value.AsSpan().ContainsAny('8', '9') ? null : TakeApart(Convert.ToUInt64(value, 8)));
    }

    public static uint? ParseOwner(string? value) =>
        uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) && id != NoOwner ? id : null;

    public static string? ParseSha256(string? value) =>
        value is { Length: Sha256Length } && value.All(char.IsAsciiHexDigit) ? value.ToLowerInvariant() : null;

    private static ModeBits? TakeApart(ulong mode)
    {
        FileType? type = mode > ushort.MaxValue ? null : ((uint)mode & TypeMask) switch
        {
            0 => FileType.Unknown,
            0x8000 => FileType.File,
            0x4000 => FileType.Folder,
            0xA000 => FileType.Symlink,
            0x1000 or 0x2000 or 0x6000 or 0xC000 => FileType.Special,
            _ => null,
        };
        return type is { } known ? new ModeBits(known, (uint)mode & PermissionMask) : null;
    }

    private static bool IsDigits([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? value) => !string.IsNullOrEmpty(value) && value.All(char.IsAsciiDigit);

    private static bool TryParseDigits(ReadOnlySpan<char> value, out ulong number) =>
        ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
