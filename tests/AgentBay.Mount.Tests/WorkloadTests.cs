using System.Globalization;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>On a store that is a directory.</summary>
public sealed class EmbeddedWorkloadTests(Machine machine) : WorkloadTests(machine, StoreKind.Embedded);

/// <summary>On an S3 server.</summary>
public sealed class S3WorkloadTests(Machine machine) : WorkloadTests(machine, StoreKind.S3);

/// <summary>The main job, end to end: real programs in a real mount, everything in the store after unmount, the same tree from a new mirror.</summary>
public abstract class WorkloadTests(Machine machine, StoreKind store)
{
    private const string TwoWriters =
        """
        sqlite3 db.sqlite 'PRAGMA journal_mode=WAL; CREATE TABLE t (who TEXT, n INTEGER);'
        for who in a b; do
          ( for n in $(seq 40); do sqlite3 -cmd '.timeout 60000' db.sqlite "INSERT INTO t VALUES ('$who', $n);"; done ) &
          pids="${pids:-} $!"
        done
        for pid in $pids; do wait "$pid"; done
        test "$(sqlite3 db.sqlite 'PRAGMA integrity_check;')" = ok
        test "$(sqlite3 db.sqlite 'SELECT count(*) FROM t;')" = 80
        """;

    [Theory]
    [InlineData(Who.Root)]
    [InlineData(Who.OrdinaryUser)]
    public async Task What_programs_made_in_a_mount_is_in_the_store_after_unmount_and_in_every_later_mount(Who who)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, store, who);
        string repository = await SampleTrees.GitRepositoryAsync(box);
        string archive = await SampleTrees.TarAsync(box);

        await box.MountAsync();
        await GitClonesAsync(box, repository);
        (await box.ScriptAsync(box.Mount, """mkdir tar && tar xpf "$1" -C tar && tar df "$1" -C tar""", archive)).Ok();
        (await box.ScriptAsync(box.Mount, TwoWriters)).Ok();
        (await box.ScriptAsync(box.Mount, "head -c 1G /dev/urandom > big && mv tar/d1 renamed && mv renamed/f3 'renamed/f three' && mv tar/d2 tar/d3/moved && rm -r tar/d4 tar/d5 && rm tar/d6/f*")).Ok();
        TreeSnapshot before = await TreeSnapshot.OfAsync(box, box.Mount);
        await box.UnmountAsync();

        await AnotherToolReadsTheSameAsync(box, before);

        box.NewCache();
        await box.MountAsync("--prefetch", "off");
        TreeSnapshot.AssertEqual(before.Entries, await TreeSnapshot.EntriesAsync(box, box.Mount));
        AssertOnlyPlaceholders(box);
        // Each byte is read once: what tar and cp copied is compared as it lies on the disk, the rest in the mount.
        string copies = Path.Combine(box.Folder, "work", "copies");
        (await box.ScriptAsync(box.Mount, """mkdir -p "$1/tar" && tar cf - -C tar . | tar xf - -C "$1/tar" && cp -a --sparse=always big "$1/big" """, copies)).Ok();
        ILookup<bool, string> copied = before.Contents.ToLookup(line => line.EndsWith("  ./big", StringComparison.Ordinal) || line.Contains("  ./tar/", StringComparison.Ordinal));
        TreeSnapshot.AssertEqual([.. copied[true]], await TreeSnapshot.ContentsAsync(box, copies));
        TreeSnapshot.AssertEqual([.. copied[false]], await TreeSnapshot.ContentsAsync(box, box.Mount, "tar", "big"));
        (await box.ScriptAsync(Path.Combine(box.Mount, "clone"), "git fsck --full --strict && test -z \"$(git status --porcelain)\"")).Ok();
        (await box.ScriptAsync(box.Mount, "test \"$(sqlite3 db.sqlite 'PRAGMA integrity_check;')\" = ok")).Ok();
        await box.UnmountAsync();
    }

    private static async Task GitClonesAsync(MountBox box, string repository)
    {
        (await box.ScriptAsync(box.Mount, """git clone -q --no-local "$1" clone && cd clone && git status --porcelain | { ! grep .; } && git fsck --full --strict""", repository)).Ok();
        Ran count = (await box.ScriptAsync(Path.Combine(box.Mount, "clone"), "git ls-files | wc -l")).Ok();
        Assert.Equal(5000, int.Parse(count.Output, CultureInfo.InvariantCulture));
    }

    /// <summary>Nothing was read yet: the mirror holds names and sizes, no bytes.</summary>
    private static void AssertOnlyPlaceholders(MountBox box)
    {
        int files = 0;
        foreach (string path in Directory.EnumerateFiles(box.MirrorTree, "f1*", SearchOption.AllDirectories).Append(Path.Combine(box.MirrorTree, "big")))
        {
            Assert.True(MountBox.IsPlaceholder(path), $"{path} has bytes in a mirror that nobody read from");
            files++;
        }

        Assert.True(files > 100);
    }

    /// <summary>Every regular file, read out of the store by a tool that is not ours.</summary>
    private static async Task AnotherToolReadsTheSameAsync(MountBox box, TreeSnapshot before)
    {
        string id = await box.ContextIdAsync();
        string copy = Path.Combine(box.Folder, "work", "copy");
        if (box.StoreUrl.StartsWith('/'))
        {
            copy = Path.Combine(box.StoreUrl, "contexts", id);
        }
        else
        {
            (await box.ScriptAsync(
                "/",
                """env -u AWS_CA_BUNDLE rclone copy --config /dev/null --s3-provider Ceph --s3-env-auth --s3-endpoint "$1" --s3-encoding None --local-encoding None --transfers 16 --ignore-checksum ":s3:$2/contexts/$3" "$4" """,
                box.Bucket.Server.Endpoint, box.Bucket.Name, id, copy)).Ok();
        }

        // A few names have an escaped key (not UTF-8, control characters; in the directory also '%'): those files by their content alone.
        List<string> stored = [.. await TreeSnapshot.ContentsAsync(box, copy), .. await EscapedNamesAsync(box, id)];
        var lines = stored.ToHashSet(StringComparer.Ordinal);
        var hashes = stored.Select(HashOf).ToHashSet(StringComparer.Ordinal);
        var missing = before.Contents.Where(line => IsOrdinary(line) ? !lines.Contains(line) : !hashes.Contains(HashOf(line))).Take(5).ToList();
        Assert.True(missing.Count == 0, $"not in the store as they were in the mount:\n{string.Join('\n', missing)}");

        static string HashOf(string line) => line.Split(' ')[0];
        static bool IsOrdinary(string line) => !line.Any(c => c is '\n' or '%' or '\xff' or '\x80');
    }

    /// <summary>The keys with an escape, which rclone takes for its own: fetched by s3cmd.</summary>
    private static async Task<IEnumerable<string>> EscapedNamesAsync(MountBox box, string id)
    {
        if (box.StoreUrl.StartsWith('/'))
        {
            return [];
        }

        var hashes = new List<string>();
        foreach (string key in (string[])["tar/new‛0Aline/a‛0Ab", "tar/‛FF‛FE not utf-8/‛80"])
        {
            Ran got = (await box.ScriptAsync(
                "/",
                """s3cmd -c /dev/null --access_key="$AWS_ACCESS_KEY_ID" --secret_key="$AWS_SECRET_ACCESS_KEY" --no-ssl --host="$1" --host-bucket="$1" get --no-progress "$2" - | sha256sum""",
                new Uri(box.Bucket.Server.Endpoint).Authority,
                $"s3://{box.Bucket.Name}/contexts/{id}/{key}")).Ok();
            hashes.Add(got.Output);
        }

        return hashes;
    }
}
