using System.Text;

namespace AgentBay.Mount.CommandLine;

/// <summary>Names are bytes, and the runtime hands arguments on as text: what is not UTF-8 is looked up in the process's own command line.</summary>
internal static class RawArguments
{
    internal static byte[] BytesOf(string argument)
    {
        if (argument.Contains(Rune.ReplacementChar.ToString(), StringComparison.Ordinal) && OperatingSystem.IsLinux())
        {
            byte[] line = File.ReadAllBytes("/proc/self/cmdline");
            foreach (Range word in line.AsSpan().Split((byte)0))
            {
                if (Encoding.UTF8.GetString(line.AsSpan(word)) == argument)
                {
                    return line.AsSpan(word).ToArray();
                }
            }
        }

        return Encoding.UTF8.GetBytes(argument);
    }
}
