using AgentBay.Posix;
using Microsoft.Extensions.Logging;

namespace AgentBay.Fuse.Tests;

/// <summary>A session over a <see cref="KernelDouble"/>, past INIT.</summary>
internal sealed class Conversation : IAsyncDisposable
{
    internal const ulong EveryFlag = ulong.MaxValue;

    private ulong nextProbe = 0xF000_0000_0000;

    private Conversation(KernelDouble kernel, FuseSession session, Task run, TestLog log)
    {
        Kernel = kernel;
        Session = session;
        Run = run;
        Log = log;
    }

    internal KernelDouble Kernel { get; }
    internal FuseSession Session { get; }
    internal Task Run { get; }
    internal TestLog Log { get; }

    /// <summary>The answer to INIT.</summary>
    internal byte[] InitAnswer { get; private set; } = [];

    internal static async Task<Conversation> Start(FuseFileSystem fileSystem, FuseSessionOptions? options = null, CancellationToken stop = default)
    {
        var kernel = new KernelDouble();
        var log = new TestLog();
        var session = new FuseSession(kernel, fileSystem, options ?? new FuseSessionOptions { Threads = 1, DataPath = FuseDataPath.WriteThrough }, log);
        var conversation = new Conversation(kernel, session, session.RunAsync(stop), log);
        kernel.Send(Init(7, 45, EveryFlag));
        await session.Started;
        conversation.InitAnswer = kernel.NextAnswer();
        return conversation;
    }

    /// <summary>struct fuse_init_in, 64 bytes.</summary>
    internal static byte[] Init(uint major, uint minor, ulong flags) =>
        Bytes.Request(26, 2, 0, new Bytes().U32(major).U32(minor).U32(131072).U32((uint)flags).U32((uint)(flags >> 32)).Zeros(44).ToArray());

    internal byte[] Ask(byte[] request)
    {
        Kernel.Send(request);
        return Kernel.NextAnswer();
    }

    /// <summary>Every answer to one message, by asking something else behind it. One reading thread answers in order.</summary>
    internal List<byte[]> AskAndProbe(byte[] message)
    {
        ulong unique = nextProbe += 2;
        Kernel.Send(message);
        Kernel.Send(Bytes.Request(opcode: 999, unique, 1, []));
        byte[] end = Bytes.Error(unique, (int)Errno.ENOSYS);
        var answers = new List<byte[]>();
        for (var answer = Kernel.NextAnswer(); !answer.SequenceEqual(end); answer = Kernel.NextAnswer())
        {
            answers.Add(answer);
        }

        return answers;
    }

    public async ValueTask DisposeAsync()
    {
        Kernel.End();
        await Run;
    }
}

/// <summary>Keeps what was logged.</summary>
internal sealed class TestLog : ILogger
{
    private readonly Lock gate = new();
    private readonly List<(LogLevel Level, int Id, string Text)> lines = [];

    internal IReadOnlyList<(LogLevel Level, int Id, string Text)> Lines
    {
        get
        {
            lock (gate)
            {
                return [.. lines];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (gate)
        {
            lines.Add((logLevel, eventId.Id, formatter(state, exception)));
        }
    }
}
