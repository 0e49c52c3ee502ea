using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace AgentBay.Fs.Control;

/// <summary>The Unix socket of a mount, at a path of any length.</summary>
public static class ControlSocket
{
    // sun_path holds 108 bytes with its NUL.
    private const int MaxPathBytes = 107;

    /// <summary>Listens at a path, in the place of a dead socket. The folder is private; the socket is 0600 besides. What the system lists as its name leads there until the listener is disposed.</summary>
    /// <exception cref="SocketException">The path's filesystem has no sockets, or the folder cannot be written.</exception>
    public static ControlListener Listen(string path)
    {
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var address = new ShortAddress(path);
        try
        {
            socket.Bind(address.EndPoint);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            socket.Listen(backlog: 16);
            return new ControlListener(socket, address);
        }
        catch
        {
            address.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The folder that a listening socket's listed name means.</summary>
    /// <param name="listed">The name's folder, as the system lists it.</param>
    public static string FolderOf(string listed) => new DirectoryInfo(listed).LinkTarget is { } target && ShortAddress.IsDetour(listed) ? target : listed;

    /// <returns>Null when nobody listens there.</returns>
    /// <exception cref="UnauthorizedAccessException">The socket is another user's.</exception>
    public static async Task<Socket?> TryConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using var address = new ShortAddress(path);
            await socket.ConnectAsync(address.EndPoint, cancellationToken);
            return socket;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AccessDenied)
        {
            socket.Dispose();
            throw new UnauthorizedAccessException($"{path} belongs to another user.", error);
        }
        catch (Exception error) when (error is SocketException or DirectoryNotFoundException)
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <returns>The process that listens at the other end, as its number is in our namespace.</returns>
    internal static int? PeerOf(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        const int socketLevel = 1, peerCredentials = 17;
        Span<byte> credentials = stackalloc byte[12]; // struct ucred: pid, uid, gid.
        _ = socket.GetRawSocketOption(socketLevel, peerCredentials, credentials);
        int pid = MemoryMarshal.Read<int>(credentials);
        return pid > 0 ? pid : null; // 0: in a namespace that we do not see.
    }

    /// <summary>A name for a path that fits into an address: itself, or through a link in a new private folder that goes with this.</summary>
    private sealed class ShortAddress : IDisposable
    {
        private const string DetourPrefix = "ab-";
        private const string LinkName = "s";

        private readonly DirectoryInfo? detour;

        internal ShortAddress(string path)
        {
            if (Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
            {
                detour = Directory.CreateTempSubdirectory(DetourPrefix);
                string link = Path.Combine(detour.FullName, LinkName);
                _ = Directory.CreateSymbolicLink(link, Path.GetDirectoryName(path)!);
                path = Path.Combine(link, Path.GetFileName(path));
            }

            EndPoint = new UnixDomainSocketEndPoint(path);
        }

        internal UnixDomainSocketEndPoint EndPoint { get; }

        internal static bool IsDetour(string folder) =>
            Path.GetFileName(folder) == LinkName && Path.GetFileName(Path.GetDirectoryName(folder))?.StartsWith(DetourPrefix, StringComparison.Ordinal) == true;

        // The link goes, never what it leads to: a recursive delete does not follow it.
        public void Dispose() => detour?.Delete(recursive: true);
    }
}
