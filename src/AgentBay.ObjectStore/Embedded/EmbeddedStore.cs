using System.Text;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>
/// A store that is a directory. An ordinary key is a plain file under its plain path; <see cref="NameCodec"/> says what is not.
/// An object's bytes, metadata and ETag are one inode (<see cref="ObjectRecord"/> in an xattr), made complete in
/// <c>.agentbay-store/tmp</c>, fsynced, renamed into place, and the folder fsynced: a crash leaves the old object or the new one.
/// Conditions hold between processes of one machine (<see cref="KeyLocks"/>). A plain file that someone drops in is an object too.
/// </summary>
public sealed partial class EmbeddedStore : IObjectStore
{
    private const int MaxThreads = 32;

    private readonly string directory;
    private readonly SafeFileHandle root;
    private readonly HiddenFolder temporary;
    private readonly HiddenFolder uploads;
    private readonly Folders folders;
    private readonly FolderReader reader;
    private readonly KeyLocks locks;
    private readonly WorkerThreads threads = new(MaxThreads);
    private readonly HiddenFolder urlFolder;
    private readonly UrlFolder urls;
    private readonly HiddenFolder expiryFolder;
    private readonly ExpiryRules expiry;
    private readonly TimeProvider time;
    private readonly Action<string> reached;
    private readonly EmbeddedErrors errors;

    private EmbeddedStore(string directory, SafeFileHandle root, TimeProvider time, Action<string> reached)
    {
        this.time = time;
        this.directory = directory;
        this.root = root;
        this.reached = reached;
        errors = new EmbeddedErrors(directory);
        temporary = OpenHidden("tmp");
        ProbeXattrs();
        uploads = OpenHidden("uploads");
        urlFolder = OpenHidden("urls");
        expiryFolder = OpenHidden("expiry");
        folders = new Folders(root, errors);
        reader = new FolderReader(errors);
        locks = new KeyLocks(OpenHidden("locks").Handle, errors);
        urls = new UrlFolder(urlFolder, locks, errors);
        expiry = new ExpiryRules(expiryFolder, locks, errors);
        Properties = new StoreProperties
        {
            Url = UrlOf(directory),
            ConditionalCreate = true,
            ConditionalReplace = true,
            ConditionalMultipart = true,
            MaxObjectSize = 16L << 40,
            ListsUploads = true,
            NeedsUrlEndpoint = true,
        };
    }

    public StoreProperties Properties { get; }

    internal static string UrlOf(string path) => new UriBuilder(Uri.UriSchemeFile, "") { Path = DirectoryOf(path) }.Uri.AbsoluteUri;

    private static string DirectoryOf(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    internal EmbeddedErrors Errors => errors;

    internal WorkerThreads Threads => threads;

    internal Action<string> Reached => reached;

    /// <summary>Opens a directory as a store; makes it (0700) when it is not there.</summary>
    /// <exception cref="StoreException">It cannot be made or written, or its filesystem has no user xattrs.</exception>
    public static EmbeddedStore Open(string path, TimeProvider? time = null) => Open(path, time ?? TimeProvider.System, static _ => { });

    /// <param name="reached">For tests: called at each named point of a write.</param>
    internal static EmbeddedStore Open(string path, TimeProvider time, Action<string> reached)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new StoreException(StoreErrorKind.Refused, "The embedded store needs Linux; use an s3:// or oss:// store here.");
        }

        string directory = DirectoryOf(path);
        var root = OpenRoot(directory);
        try
        {
            var store = new EmbeddedStore(directory, root, time, reached);
            store.RemoveStale();
            return store;
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) => threads.RunAsync(
        () =>
        {
            using var file = FindLive(KeyPlaces.Of(key));
            return file?.ToInfo(key);
        }, cancellationToken);

    public Task<ObjectContent?> GetAsync(string key, ByteRange? range, string? ifMatch, CancellationToken cancellationToken) => threads.RunAsync(
        () =>
        {
            var file = FindLive(KeyPlaces.Of(key));
            if (file == null)
            {
                return null;
            }

            try
            {
                CheckVersion(key, ifMatch, file);
                long from = Math.Min(range?.Offset ?? 0, file.Status.Size);
                long length = Math.Min(range?.Length ?? long.MaxValue, file.Status.Size - from);
                return new ObjectContent(file.ToInfo(key), new StoredFileStream(file.Handle, key, from, length, errors));
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }, cancellationToken);

    public ValueTask DisposeAsync()
    {
        threads.Dispose();
        locks.Dispose();
        urlFolder.Dispose();
        expiryFolder.Dispose();
        temporary.Dispose();
        uploads.Dispose();
        root.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The key's file, and whether its plain name is a folder's. The caller disposes the file.</summary>
    private (StoredFile? File, bool PlainIsFolder) Find(KeyPlaces places)
    {
        bool plainIsFolder = false;
        StoredFile? file = places.Plain == null ? null : OpenObject(root, places.Plain, places.Plain.Path, out plainIsFolder);
        return (file ?? OpenObject(root, places.Escaped, places.Escaped.Path, out _), plainIsFolder);
    }

    /// <returns>Null when no regular file is there.</returns>
    private StoredFile? OpenObject(SafeFileHandle folder, Place place, byte[] path, out bool isFolder, bool withMetadata = true)
    {
        isFolder = false;
        Errno result = Syscall.OpenBeneath(folder, path, OpenFlags.ReadOnly | OpenFlags.NonBlock, 0, out var handle);
        if (result is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.ENXIO)
        {
            return null;
        }

        try
        {
            Check("open", place, result);
            Check("stat", place, Syscall.Stat(handle, out var status));
            isFolder = status.IsDirectory;
            if (status.IsRegular)
            {
                return StoredFile.Read(handle, place, status, withMetadata, errors);
            }
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        handle.Dispose();
        return null;
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static SafeFileHandle OpenRoot(string directory)
    {
        try
        {
            _ = Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(
                e is UnauthorizedAccessException ? StoreErrorKind.AccessDenied : StoreErrorKind.NoSuchBucket,
                $"The embedded store's directory {directory} cannot be made: {e.Message}", e);
        }

        // The path to the store may hold links, also at its end (hence the dot); below it none is followed.
        Errno result = Syscall.Open(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(directory + "/."), OpenFlags.Path | OpenFlags.Directory, 0, out var path);
        using (path)
        {
            if (result == Errno.OK && (result = Syscall.Open(path, "."u8, OpenFlags.ReadOnly | OpenFlags.Directory, 0, out var root)) == Errno.OK)
            {
                return root;
            }

            throw new EmbeddedErrors(directory).Create("open the directory", result);
        }
    }

    private HiddenFolder OpenHidden(string name) => HiddenFolder.Open(root, errors, Encoding.UTF8.GetString(NameCodec.Hidden), name);

    private void ProbeXattrs()
    {
        byte[] name = HiddenFolder.NewName();
        using var probe = temporary.Create(name);
        Errno result = Syscall.SetXattr(probe, "user.agentbay.probe"u8, "1"u8);
        _ = Syscall.Unlink(temporary.Handle, name);
        if (result is Errno.EOPNOTSUPP or Errno.ENOSYS)
        {
            throw new StoreException(
                StoreErrorKind.Refused,
                $"The filesystem of {directory} has no user xattrs, where the embedded store keeps ETags and metadata. Put the store on ext4, xfs or btrfs.");
        }

        errors.Check("write to the directory", result);
    }

    /// <param name="wanted">Null for any.</param>
    internal void CheckVersion(string key, string? wanted, StoredFile file)
    {
        if (wanted != null && ETags.Unquote(wanted) != file.Record.ETag)
        {
            throw PreconditionFailed(key, $"is not version {wanted} but {file.Record.ETag}");
        }
    }

    internal StoreException PreconditionFailed(string key, string why) =>
        new(StoreErrorKind.PreconditionFailed, $"Embedded store {directory}: {StoreKey.Show(key)} {why}.");

    private void Check(string what, Place place, Errno result)
    {
        if (result != Errno.OK)
        {
            throw errors.Create($"{what} {StoreKey.Show(Encoding.UTF8.GetString(place.Path))}", result);
        }
    }
}
