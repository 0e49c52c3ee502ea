using AgentBay.Posix;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>The one map from errno to <see cref="StoreErrorKind"/>.</summary>
internal sealed class EmbeddedErrors(string directory)
{
    internal void Check(string what, Errno result)
    {
        if (result != Errno.OK)
        {
            throw Create(what, result);
        }
    }

    internal StoreException Create(string what, Errno error) =>
        new(KindOf(error), $"Embedded store {directory}: {what}: {new PosixException(error, "the filesystem says").Message}{Advice(error)}");

    private static StoreErrorKind KindOf(Errno error) => error switch
    {
        Errno.EACCES or Errno.EPERM or Errno.EROFS => StoreErrorKind.AccessDenied,
        Errno.ENOSPC or Errno.EDQUOT or Errno.EFBIG or Errno.E2BIG or Errno.ERANGE => StoreErrorKind.TooLarge,
        Errno.EIO or Errno.ESTALE or Errno.EREMOTEIO or Errno.ENODEV or Errno.ENOTCONN or Errno.ETIMEDOUT => StoreErrorKind.Unreachable,
        Errno.EAGAIN or Errno.EBUSY or Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM or Errno.ENOLCK => StoreErrorKind.Busy,
        Errno.ENOENT or Errno.ENOTDIR => StoreErrorKind.NoSuchBucket,
        _ => StoreErrorKind.Refused,   // A call that this filesystem cannot do stays impossible.
    };

    private static string Advice(Errno error) => error switch
    {
        Errno.EACCES or Errno.EPERM => "; make the directory writable for this user",
        Errno.EROFS => "; the filesystem is mounted read-only",
        Errno.ENOSPC or Errno.EDQUOT => "; free some space",
        Errno.EMFILE or Errno.ENFILE => "; raise the limit of open files",
        Errno.ELOOP => "; a symbolic link stands in the way, and links are never followed inside the store",
        Errno.EXDEV => "; the store must be on one filesystem, without mounts inside it",
        _ => "",
    };
}
