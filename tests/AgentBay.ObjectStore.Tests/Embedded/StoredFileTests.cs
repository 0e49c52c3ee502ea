using System.Text;
using AgentBay.ObjectStore.Embedded;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Tests.Embedded;

/// <summary>A disk that fails, of which a folder read as a file is the one that every machine has.</summary>
public sealed class StoredFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly EmbeddedErrors errors;
    private readonly SafeFileHandle handle;

    public StoredFileTests()
    {
        errors = new EmbeddedErrors(folder.Path);
        Syscall.Open(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(folder.Path), OpenFlags.ReadOnly | OpenFlags.Directory, 0, out handle).ThrowIfError("open");
    }

    public void Dispose()
    {
        handle.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_read_that_the_disk_fails_is_a_failure_of_the_store()
    {
        await using var body = new StoredFileStream(handle, "key", 0, 10, errors);
        string message = (await Assert.ThrowsAsync<StoreException>(() => body.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken))).Message;
        Assert.Contains("read 'key'", message, StringComparison.Ordinal);
        _ = Assert.Throws<StoreException>(() => body.Read(new byte[10]));
    }

    [Fact]
    public void A_hash_over_what_the_disk_fails_to_read_is_a_failure_of_the_store() =>
        Assert.Throws<StoreException>(() => StoredFile.HashOf(handle, 0, 10, errors));
}
