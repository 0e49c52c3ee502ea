using System.Net.Sockets;
using System.Text;

namespace AgentBay.Fs.Control;

/// <summary>The Unix socket of a mount, at a path of any length.</summary>
public static class ControlSocket
{
    // sun_path holds 108 bytes with its NUL.
    private const int MaxPathBytes = 107;

    /// <summary>Listens at a path, in the place of a dead socket. The folder is private; the socket is 0600 besides.</summary>
    /// <exception cref="SocketException">The path's filesystem has no sockets, or the folder cannot be written.</exception>
    public static Socket Listen(string path)
    {
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using var address = new ShortAddress(path);
            socket.Bind(address.EndPoint);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            socket.Listen(backlog: 16);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

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

    /// <summary>A name for a path that fits into an address: itself, or through a link in a new private folder that goes with this.</summary>
    private sealed class ShortAddress : IDisposable
    {
        private readonly DirectoryInfo? detour;

        internal ShortAddress(string path)
        {
            if (Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
            {
                detour = Directory.CreateTempSubdirectory("ab-");
                string link = Path.Combine(detour.FullName, "s");
                _ = Directory.CreateSymbolicLink(link, Path.GetDirectoryName(path)!);
                path = Path.Combine(link, Path.GetFileName(path));
            }

            EndPoint = new UnixDomainSocketEndPoint(path);
        }

        internal UnixDomainSocketEndPoint EndPoint { get; }

        // The link goes, never what it leads to: a recursive delete does not follow it.
        public void Dispose() => detour?.Delete(recursive: true);
    }
}
