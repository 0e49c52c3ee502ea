namespace AgentBay.Fs.Mirror;

/// <summary>
/// Many requests change names and open files for writing at the same time; sync replaces or removes a mirror file alone.
/// Held for the length of some system calls, never across a wait. Not reentrant.
/// </summary>
public sealed class NamespaceGate : IDisposable
{
    private readonly ReaderWriterLockSlim gate = new(LockRecursionPolicy.NoRecursion);

    public Shared EnterShared()
    {
        gate.EnterReadLock();
        return new Shared(gate);
    }

    public Exclusive EnterExclusive()
    {
        gate.EnterWriteLock();
        return new Exclusive(gate);
    }

    public void Dispose() => gate.Dispose();

    public readonly ref struct Shared(ReaderWriterLockSlim gate)
    {
        public void Dispose() => gate.ExitReadLock();
    }

    public readonly ref struct Exclusive(ReaderWriterLockSlim gate)
    {
        public void Dispose() => gate.ExitWriteLock();
    }
}
