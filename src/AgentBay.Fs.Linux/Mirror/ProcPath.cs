using System.Buffers.Text;

namespace AgentBay.Fs.Linux;

/// <summary>Absolute paths below an open folder, for calls that take no folder descriptor (the xattr calls).</summary>
internal static class ProcPath
{
    /// <summary><c>/proc/self/fd/N/name</c>; the name is not followed by the l… calls. An empty name is the folder itself.</summary>
    internal static byte[] Of(SafeFileHandle folder, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> prefix = "/proc/self/fd/"u8;
        Span<byte> number = stackalloc byte[12];
        _ = Utf8Formatter.TryFormat((int)folder.DangerousGetHandle(), number, out int digits);
        if (name.IsEmpty)
        {
            name = "."u8;
        }

        var path = new byte[prefix.Length + digits + 1 + name.Length];
        prefix.CopyTo(path);
        number[..digits].CopyTo(path.AsSpan(prefix.Length));
        path[prefix.Length + digits] = (byte)'/';
        name.CopyTo(path.AsSpan(prefix.Length + digits + 1));
        return path;
    }
}
