namespace AgentBay.Fuse;

/// <summary>What a handler answers: a value or an errno. A value type, so that a fast answer allocates nothing.</summary>
public readonly struct FuseResult<T>
{
    private FuseResult(Errno error, T value)
    {
        Error = error;
        Value = value;
    }

    /// <summary><see cref="Errno.OK"/> when <see cref="Value"/> holds the answer.</summary>
    public Errno Error { get; }

    public T Value { get; }

    public bool IsError => Error != Errno.OK;

    public static implicit operator FuseResult<T>(T value) => new(Errno.OK, value);

    public static implicit operator FuseResult<T>(Errno error) => new(error, default!);

    public static implicit operator ValueTask<FuseResult<T>>(FuseResult<T> result) => new(result);
}
