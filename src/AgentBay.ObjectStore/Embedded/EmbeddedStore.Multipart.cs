using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

public sealed partial class EmbeddedStore
{
    private static readonly TimeSpan StaleAfter = TimeSpan.FromDays(1);

    public Task<IMultipartUpload> BeginMultipartAsync(string key, PutOptions options, CancellationToken cancellationToken) => threads.RunAsync<IMultipartUpload>(
        () =>
        {
            var places = KeyPlaces.Of(key);
            StoreMetadata.Check(options.Metadata, Properties.MaxMetadataBytes, key);
            byte[] name = TemporaryName();
            Check("begin an upload", Syscall.MakeDirectory(uploads, name, 0x1C0));
            Check("begin an upload", Syscall.Open(uploads, name, OpenFlags.ReadOnly | OpenFlags.Directory, 0, out var folder));
            var file = CreateFile(folder, EmbeddedUpload.FileName.ToArray());
            var host = new EmbeddedUpload.Host(this, threads, reached, () => RemoveUpload(name));
            return new EmbeddedUpload(host, folder, file, places, options);
        }, cancellationToken);

    /// <summary>What crashed writers left. A live one's files are younger.</summary>
    private void RemoveStale()
    {
        long before = NowNs() - (StaleAfter.Ticks * 100);
        foreach (var name in NamesOf(temporary).Where(n => ModifyTime(temporary, n) < before))
        {
            _ = Syscall.Unlink(temporary, name);
        }

        foreach (byte[] name in NamesOf(uploads).Where(n => ModifyTime(uploads, n) < before))
        {
            if (Syscall.Open(uploads, name, OpenFlags.ReadOnly | OpenFlags.Directory, 0, out var folder) == Errno.OK)
            {
                using (folder)
                {
                    if (NamesOf(folder).Any(n => ModifyTime(folder, n) >= before))
                    {
                        continue;
                    }
                }

                RemoveUpload(name);
            }
        }
    }

    private void RemoveUpload(byte[] name)
    {
        if (Syscall.Open(uploads, name, OpenFlags.ReadOnly | OpenFlags.Directory, 0, out var folder) == Errno.OK)
        {
            using (folder)
            {
                NamesOf(folder).ForEach(n => Syscall.Unlink(folder, n));
            }

            _ = Syscall.RemoveDirectory(uploads, name);
        }
    }

    private List<byte[]> NamesOf(SafeFileHandle folder)
    {
        var names = new List<DirectoryName>();
        Check("read a folder", Syscall.ReadDirectory(folder, names));
        return names.ConvertAll(static n => n.Name);
    }

    private static long ModifyTime(SafeFileHandle folder, byte[] name) =>
        Syscall.Stat(folder, name, out var status) == Errno.OK ? status.ModifyTimeNs : long.MaxValue;
}
