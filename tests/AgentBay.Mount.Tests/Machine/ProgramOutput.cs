using System.Text;

namespace AgentBay.Mount.Tests;

/// <summary>What a program writes, as far as it has come: of one that hangs it is known too.</summary>
internal sealed class ProgramOutput
{
    private const int Tail = 2000;
    private const int Most = 16 << 20;

    private readonly StringBuilder text = new();

    /// <param name="endless">Called once there is far more than any test looks at: git (2.39, gc) says for ever that it cannot read a folder of a mount whose daemon is dead.</param>
    public ProgramOutput(StreamReader from, Action endless) => Whole = ReadAsync(from, endless);

    /// <summary>Completes when nobody can write any more.</summary>
    public Task Whole { get; }

    /// <summary>How much there is, and its end.</summary>
    public string Describe()
    {
        lock (text)
        {
            return $"{text.Length} characters{(Whole.IsCompleted ? ", and its end" : "")}: {(text.Length > Tail ? "…" : "")}{text.ToString(Math.Max(0, text.Length - Tail), Math.Min(Tail, text.Length))}";
        }
    }

    public override string ToString()
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    // Not on the test's own threads, which may all wait for the program.
    private async Task ReadAsync(StreamReader from, Action endless)
    {
        var buffer = new char[4096];
        bool isEndless = false;
        while (await from.ReadAsync(buffer).ConfigureAwait(false) is > 0 and int read)
        {
            lock (text)
            {
                _ = text.Append(buffer, 0, isEndless ? 0 : read);
            }

            if (!isEndless && text.Length > Most)
            {
                isEndless = true;
                endless();
            }
        }
    }
}
