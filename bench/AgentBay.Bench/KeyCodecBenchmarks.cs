using AgentBay.Fs;
using AgentBay.Fs.Keys;
using BenchmarkDotNet.Attributes;

namespace AgentBay.Bench;

/// <summary>Names ↔ keys: once for each name of a folder that is filled and of a flush.</summary>
[MemoryDiagnoser]
public class KeyCodecBenchmarks
{
    private readonly TreePath path = TreePath.Parse("src/AgentBay.Fs/Mirror/Journal.cs");
    private readonly string key = "src/AgentBay.Fs/Mirror/Journal.cs";

    [Benchmark]
    public string? Encode() => KeyCodec.TryEncode(path, folder: false, out string? encoded) ? encoded : null;

    [Benchmark]
    public TreePath Decode() => KeyCodec.TryDecode(key, out TreePath decoded, out _) ? decoded : default;
}
