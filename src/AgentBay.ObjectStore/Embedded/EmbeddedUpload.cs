using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>
/// An object in parts. As long as the parts are as large as the first one that came, each is written to its final place in one
/// file, which completing only renames; any other part has a file of its own, and completing copies.
/// </summary>
internal sealed class EmbeddedUpload(EmbeddedUpload.Host host, SafeFileHandle folder, SafeFileHandle file, KeyPlaces places, PutOptions options) : IMultipartUpload
{
    internal static ReadOnlySpan<byte> FileName => "object"u8;

    private readonly Dictionary<int, Part> parts = [];
    private readonly HashSet<int> claimed = [];
    private readonly List<SafeFileHandle> ownFiles = [];
    private readonly Lock guard = new();
    private long slotSize = -1;
    private bool ended;

    /// <summary>What an upload needs of its store.</summary>
    internal sealed record Host(EmbeddedStore Store, WorkerThreads Threads, Action<string> Reached, Action Remove);

    public async Task UploadPartAsync(int number, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var properties = host.Store.Properties;
        if (number < 1 || number > properties.MaxParts)
        {
            throw new StoreException(StoreErrorKind.Refused, $"{StoreKey.Show(places.Key)}: part {number} is not between 1 and {properties.MaxParts}.");
        }

        _ = await host.Threads.RunAsync(() => Upload(number, body.Span), cancellationToken).ConfigureAwait(false);
    }

    public Task<PutResult> CompleteAsync(CancellationToken cancellationToken) => host.Threads.RunAsync(
        () =>
        {
            lock (guard)
            {
                CheckParts();
                byte[] name = FileName.ToArray();
                SafeFileHandle whole = file;
                if (!InPlace())
                {
                    name = "assembled"u8.ToArray();
                    _ = Syscall.Unlink(folder, name);
                    ownFiles.Add(whole = host.Store.CreateFile(folder, name));
                    Assemble(whole, cancellationToken);
                }

                // A slot beyond the last part may have been written by a part that came again elsewhere.
                host.Store.Check("truncate", Syscall.Truncate(whole, parts.Values.Sum(static p => p.Length)));
                host.Reached("multipart: assembled");
                string etag = ETags.OfParts([.. Enumerable.Range(1, parts.Count).Select(n => parts[n].Hash)]);
                var record = host.Store.Seal(whole, etag, options.Metadata, options.ContentType);
                host.Store.Publish(places, folder, name, options.Condition);
                ended = true;
                Clean();
                return new PutResult(etag, StoredFile.ToTime(record.Modified));
            }
        }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _ = await host.Threads.RunAsync(
            () =>
            {
                lock (guard)
                {
                    if (!ended)
                    {
                        ended = true;
                        Clean();
                    }
                }

                return true;
            }, CancellationToken.None).ConfigureAwait(false);
    }

    private bool Upload(int number, ReadOnlySpan<byte> body)
    {
        SafeFileHandle target = file;
        long offset = 0;
        lock (guard)
        {
            if (ended)
            {
                throw new StoreException(StoreErrorKind.Refused, $"{StoreKey.Show(places.Key)}: the upload has ended.");
            }

            slotSize = slotSize < 0 ? body.Length : slotSize;
            if (body.Length <= slotSize && claimed.Add(number))
            {
                offset = (number - 1) * slotSize;
            }
            else
            {
                ownFiles.Add(target = host.Store.CreateFile(folder, System.Text.Encoding.ASCII.GetBytes($"part-{number}-{ownFiles.Count}")));
            }
        }

        host.Store.Check($"write part {number} of {StoreKey.Show(places.Key)}", Syscall.Write(target, body, offset, out _));
        byte[] hash = ETags.Hash(body);
        host.Reached("multipart: part written");
        lock (guard)
        {
            parts[number] = new Part(target, offset, body.Length, hash);
        }

        return true;
    }

    private void CheckParts()
    {
        if (ended)
        {
            throw new StoreException(StoreErrorKind.Refused, $"{StoreKey.Show(places.Key)}: the upload has ended.");
        }

        if (parts.Count == 0 || parts.Keys.Max() != parts.Count)
        {
            throw new StoreException(StoreErrorKind.Refused, $"{StoreKey.Show(places.Key)}: the parts are not numbered from 1 without a gap.");
        }

        int min = host.Store.Properties.MinPartSize;
        foreach (var (number, part) in parts)
        {
            if (number < parts.Count && part.Length < min)
            {
                throw new StoreException(StoreErrorKind.Refused, $"{StoreKey.Show(places.Key)}: part {number} has {part.Length} bytes; all but the last need {min}.");
            }
        }
    }

    private bool InPlace()
    {
        long offset = 0;
        for (int number = 1; number <= parts.Count; number++)
        {
            if (parts[number].File != file || parts[number].Offset != offset)
            {
                return false;
            }

            offset += parts[number].Length;
        }

        return true;
    }

    private void Assemble(SafeFileHandle whole, CancellationToken cancellationToken)
    {
        long offset = 0;
        for (int number = 1; number <= parts.Count; number++)
        {
            var part = parts[number];
            host.Store.CopyBytes(part.File, part.Offset, whole, offset, part.Length, places.Key, cancellationToken);
            offset += part.Length;
        }
    }

    private void Clean()
    {
        file.Dispose();
        ownFiles.ForEach(static f => f.Dispose());
        folder.Dispose();
        host.Remove();
    }

    private sealed record Part(SafeFileHandle File, long Offset, long Length, byte[] Hash);
}
