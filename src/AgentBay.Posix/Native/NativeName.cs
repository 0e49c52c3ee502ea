using System.Runtime.InteropServices;

namespace AgentBay.Posix;

/// <summary>A name or path with the NUL that C wants: on the caller's stack when it fits, else in native memory.</summary>
internal readonly unsafe ref struct NativeName
{
    internal const int StackSize = 264;

    private readonly byte* heap;

    /// <param name="stack">Memory on the caller's stack.</param>
    internal NativeName(ReadOnlySpan<byte> name, Span<byte> stack)
    {
        if (name.Contains((byte)0))
        {
            throw new ArgumentException("A name cannot hold a NUL.", nameof(name));
        }

        if (name.Length < stack.Length)
        {
            Pointer = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(stack));
        }
        else
        {
            Pointer = heap = (byte*)NativeMemory.Alloc((nuint)name.Length + 1);
        }

        name.CopyTo(new Span<byte>(Pointer, name.Length));
        Pointer[name.Length] = 0;
    }

    internal byte* Pointer { get; }

    public void Dispose() => NativeMemory.Free(heap);
}
