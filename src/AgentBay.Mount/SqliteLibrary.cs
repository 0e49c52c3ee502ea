using System.Runtime.InteropServices;
using System.Runtime.Loader;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Mount;

/// <summary>
/// SQLite inside the one-file program, loaded out of memory: unpacking it at each start, as .NET's single files do, needs a home folder
/// that can be written to, and leaves files there.
/// </summary>
internal static class SqliteLibrary
{
    private const string Name = "e_sqlite3";

    // INVARIANT: loaded once. The runtime asks for each entry point, and a second copy would have globals of its own.
    private static readonly Lazy<nint> Library = new(Load);

    /// <summary>From now on SQLite is found, also where no file of it is.</summary>
    internal static void Register() =>
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => name == Name && OperatingSystem.IsLinux() ? Library.Value : 0;

    private static nint Load()
    {
        using Stream? library = typeof(SqliteLibrary).Assembly.GetManifestResourceStream(Name);
        if (library is null)
        {
            return 0; // A build that is not one file: it lies beside.
        }

        Syscall.CreateMemoryFile("e_sqlite3"u8, out SafeFileHandle memory).ThrowIfError("memfd_create");
        using var file = new FileStream(memory, FileAccess.Write);
        library.CopyTo(file);
        file.Flush();
        return NativeLibrary.Load($"/proc/self/fd/{memory.DangerousGetHandle()}");
    }
}
