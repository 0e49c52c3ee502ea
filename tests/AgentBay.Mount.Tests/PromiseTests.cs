using System.Text;
using System.Xml.Linq;
using AgentBay.Posix;
using AgentBay.Testing;
using AgentBay.Testing.Http;

namespace AgentBay.Mount.Tests;

/// <summary>
/// Each promise of SEMANTICS.md, one test: the built program on the real kernel, on a store that is a directory and on an S3 server. What takes long or needs
/// another user is in the classes beside.
/// </summary>
public sealed class PromiseTests(Machine machine)
{
    [Theory]
    [ClassData<BothStores>]
    public async Task When_fsync_of_a_folder_returns_the_names_in_it_and_their_files_are_in_the_store(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, "mkdir d && echo old > d/x && sync d && echo new > d/x.tmp && mv d/x.tmp d/x && echo other > elsewhere && sync d")).Ok();

        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal("new\n", await stored.ReadAsync("d/x"));
        Assert.Equal(["d/x"], await stored.KeysAsync());
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task When_fsync_returns_a_file_with_several_names_is_in_the_store_under_all_of_them(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, "echo one > a && ln a b && sync a && echo two >> b && ln a c && mkdir d && ln b d/e && sync c")).Ok();

        await using StoredContext stored = await StoredContext.OpenAsync(box);
        string[] names = ["a", "b", "c", "d/e"];
        Assert.Equal(names, await stored.KeysAsync());
        Assert.All(await Task.WhenAll(names.Select(stored.ReadAsync)), content => Assert.Equal("one\ntwo\n", content));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task When_fsync_of_the_root_returns_everything_is_in_the_store(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        await using (FileStream open = File.Create(Path.Combine(box.Mount, "open")))
        {
            await open.WriteAsync("written"u8.ToArray());
            await open.FlushAsync();
            (await box.ScriptAsync(box.Mount, """mkdir -p a/b && echo 1 > a/b/c && sync "$1" """, box.Mount)).Ok();

            await using StoredContext stored = await StoredContext.OpenAsync(box);
            Assert.Equal(["a/b/c", "open"], await stored.KeysAsync());
            Assert.Equal("written", await stored.ReadAsync("open"));
        }
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task Unmount_that_leaves_something_exits_with_3_names_it_and_the_next_mount_has_it(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        string folder = string.Join('/', Enumerable.Repeat(new string('d', 200), 6)); // Longer than any store's key.
        (await box.ScriptAsync(box.Mount, """mkdir -p "$1" && echo kept > "$1/file" && echo stored > ordinary""", folder)).Ok();

        Ran unmounted = await box.AgentBayAsync("unmount", box.Mount, "--deadline", "20s");

        Assert.Contains(new string('d', 200), unmounted.Exits(3).Error + unmounted.Output, StringComparison.Ordinal);
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal("stored\n", await stored.ReadAsync("ordinary"));
        await box.MountAsync();
        Assert.Equal("kept\n", (await box.ScriptAsync(box.Mount, """cat "$1/file" && rm -r dd*""", folder)).Ok().Output);
        await box.UnmountAsync();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_mount_that_starts_after_unmount_returned_sees_all_of_it(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, "mkdir -p d/empty && for i in $(seq 50); do echo $i > d/$i; done && ln -s 7 d/link")).Ok();

        await TreeSnapshot.AssertComesBackAsync(box);
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_file_changed_here_and_in_the_store_is_kept_twice(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, """echo base > f.txt && sync f.txt && echo ours > f.txt""")).Ok();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        await stored.WriteAsync("f.txt", "theirs\n");

        await box.UnmountAsync();

        Assert.Equal("ours\n", await stored.ReadAsync("f.txt"));
        string conflict = Assert.Single(await stored.KeysAsync(), key => key != "f.txt");
        Assert.Matches(@"^f\.conflict-.+-\d{8}T\d{6}Z\.txt$", conflict);
        Assert.Equal("theirs\n", await stored.ReadAsync(conflict));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task Of_a_deletion_and_an_edit_the_edit_is_kept(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, """echo base > edited-here && echo base > edited-there && sync "$1" && echo ours > edited-here && rm edited-there""", box.Mount)).Ok();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        await stored.DeleteAsync("edited-here");
        await stored.WriteAsync("edited-there", "theirs\n");

        await box.UnmountAsync();

        Assert.Equal(("ours\n", "theirs\n"), (await stored.ReadAsync("edited-here"), await stored.ReadAsync("edited-there")));
        Assert.Equal(2, (await stored.KeysAsync()).Count);
    }

    /// <summary>The daemon dies when the store has the file and before it has noted so.</summary>
    [Theory]
    [ClassData<BothStores>]
    public async Task A_lost_answer_makes_no_conflict_with_ourselves(StoreKind store)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, store, Who.Root);
        box.Set("AGENTBAY_FAULT", "Upload.put");
        await box.MountAsync("--write-back", "off");
        using var daemon = System.Diagnostics.Process.GetProcessById(await box.DaemonAsync());
        (await box.ScriptAsync(box.Mount, "echo one > f; sync f || true")).Ok();
        await Eventually.EndsAsync(daemon);
        box.Set("AGENTBAY_FAULT", "");

        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, "echo two > f")).Ok();
        await box.UnmountAsync();

        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal(["f"], await stored.KeysAsync());
        Assert.Equal("two\n", await stored.ReadAsync("f"));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task Bytes_that_are_not_the_stored_ones_are_an_error_and_never_data(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, "echo right > f")).Ok();
        await box.UnmountAsync();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        await stored.CorruptAsync("f", "wrong\n");

        box.NewCache();
        await box.MountAsync();
        Ran read = (await box.ScriptAsync(box.Mount, "cat f")).Exits(1);
        Assert.Contains("Input/output error", read.Error, StringComparison.Ordinal);
        Assert.Empty(read.Output);
        await box.UnmountAsync();
    }

    /// <summary>Another tool replaced the object; who has the old version open goes on reading that one.</summary>
    [Theory]
    [ClassData<BothStores>]
    public async Task An_open_file_keeps_its_version_and_a_new_look_shows_the_new_one(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, "printf old-old-old > f && sync f")).Ok();
        using var open = new StreamReader(Path.Combine(box.Mount, "f"));
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        await stored.WriteAsync("f", "new");

        (await box.AgentBayAsync("sync", box.Mount, "--mode", "download")).Ok();

        Assert.Equal(("old-old-old", "new"), (await open.ReadToEndAsync(TestContext.Current.CancellationToken), await File.ReadAllTextAsync(Path.Combine(box.Mount, "f"), TestContext.Current.CancellationToken)));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_placeholder_that_was_moved_and_replaced_before_it_was_read_keeps_its_bytes(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, "mkdir d && echo precious > d/a && echo other > d/b")).Ok();
        await box.UnmountAsync();

        box.NewCache();
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, "mv d/a d/c && echo new > d/a && mv d e && rm e/b")).Ok();
        await box.UnmountAsync();

        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal(["e/a", "e/c"], await stored.KeysAsync());
        Assert.Equal(("new\n", "precious\n"), (await stored.ReadAsync("e/a"), await stored.ReadAsync("e/c")));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_daemon_killed_while_it_reads_a_placeholder_leaves_no_zeros(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, "echo content > f")).Ok();
        await box.UnmountAsync();

        box.NewCache();
        box.Set("AGENTBAY_FAULT", "hydrate.block");
        await box.MountAsync();
        using var daemon = System.Diagnostics.Process.GetProcessById(await box.DaemonAsync());
        Assert.NotEqual(0, (await box.ScriptAsync(box.Mount, "cat f")).ExitCode);
        await Eventually.EndsAsync(daemon);
        box.Set("AGENTBAY_FAULT", "");
        await box.MountAsync();

        Assert.Equal("content\n", (await box.ScriptAsync(box.Mount, "cat f")).Ok().Output);
        await box.UnmountAsync();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal("content\n", await stored.ReadAsync("f"));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_root_that_suddenly_lists_nothing_deletes_nothing(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, "echo kept > f")).Ok();
        await box.UnmountAsync();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        await stored.DeleteAsync("f");

        await box.MountAsync();

        Assert.Equal("kept\n", (await box.ScriptAsync(box.Mount, "cat f")).Ok().Output);
        (await box.ScriptAsync(box.Mount, "echo new > g && sync .")).Ok();
        (await box.AgentBayAsync("sync", box.Mount, "--mode", "download")).Exits(1);
        await box.UnmountAsync();
        await box.MountAsync();
        Assert.Equal("kept\n", (await box.ScriptAsync(box.Mount, "cat f")).Ok().Output);
        Assert.Contains("listed nothing at all", (await box.AgentBayAsync("status", box.Mount)).Ok().Output, StringComparison.Ordinal);
        await box.UnmountAsync();
        (await box.AgentBayAsync("fsck", "test", "--repair", "--cache-dir", box.Cache)).Ok();
        await box.MountAsync();
        await box.UnmountAsync();
        Assert.Equal(["f", "g"], await stored.KeysAsync());
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task Any_legal_name_comes_back_as_it_was(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, """for name in $'\xff\xfe' $'new\nline' 'a%2Fb' ' ' 'ü' '日本' 'a\b' '‛' 'con.' '*?' a:b A:B readme README CON aux.txt 'dot.' 'dots..' 'space ' '"<>|' "$(printf '%0255d' 0)"; do echo "$name" > "$name"; done""")).Ok();
        IReadOnlyList<string> before = await TreeSnapshot.ContentsAsync(box, box.Mount);
        await box.UnmountAsync();

        box.NewCache();
        await box.MountAsync();
        TreeSnapshot.AssertEqual(before, await TreeSnapshot.ContentsAsync(box, box.Mount));
        await box.UnmountAsync();
    }

    /// <summary>Names that Windows cannot hold are their own keys, so that every tool finds them.</summary>
    [Theory]
    [ClassData<BothStores>]
    public async Task Names_that_Windows_cannot_hold_are_stored_as_they_are(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        string[] names = ["A", "CON", "a", "a:b", "dot.", "space "];
        (await box.ScriptAsync(box.Mount, """for name in "$@"; do echo "$name" > "$name"; done""", names)).Ok();
        await box.UnmountAsync();

        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal(names, await stored.KeysAsync());
        Assert.Equal(names.Select(name => name + "\n"), await Task.WhenAll(names.Select(stored.ReadAsync)));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task Equal_content_on_both_sides_is_no_conflict(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, "echo base > changed && sync changed && echo same > changed && echo same > new")).Ok();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        await stored.WriteAsync("changed", "same\n");
        await stored.WriteAsync("new", "same\n");

        await box.UnmountAsync();

        Assert.Equal(["changed", "new"], await stored.KeysAsync());
        Assert.Equal(("same\n", "same\n"), (await stored.ReadAsync("changed"), await stored.ReadAsync("new")));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_file_that_stays_open_is_uploaded_on_a_timer(StoreKind store)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, store, Who.Root);
        box.Set("AGENTBAY_OPEN_FILES_INTERVAL", "1s");
        await box.MountAsync("--write-back", "1s");
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        await using var open = new FileStream(Path.Combine(box.Mount, "open"), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

        foreach (string content in (string[])["one", "onetwo"])
        {
            open.Write(Encoding.ASCII.GetBytes(content), (int)open.Position, content.Length - (int)open.Position);
            await Eventually.HappensAsync(async () => await stored.ReadAsync("open") == content, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Where the store is away, so that it is certain that nobody asks it.</summary>
    [Fact]
    public async Task Fsync_of_a_file_without_a_name_means_the_local_disk()
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.S3, Who.Root);
        await using var proxy = new FlakyProxy(box.Bucket.Server.Endpoint);
        box.ReachStoreBy(proxy.Endpoint);
        await box.MountAsync("--write-back", "off");
        string path = Path.Combine(box.Mount, "nameless");
        await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, bufferSize: 0))
        {
            file.Write("bytes"u8);
            File.Delete(path);
            proxy.Cut();

            Syscall.Sync(file.SafeFileHandle).ThrowIfError("fsync");
            Assert.Equal(5, file.Length);
        }

        (await box.ScriptAsync(box.Mount, "echo named > named && ! sync named")).Ok();
        proxy.Restore();
        await box.UnmountAsync();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal(["named"], await stored.KeysAsync());
    }

    /// <summary>The first page comes, the second does not. (A directory is listed without pages.)</summary>
    [Fact]
    public async Task A_listing_that_breaks_off_deletes_nothing()
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.S3, Who.Root);
        bool breaks = false;
        int broken = 0;
        await using var relay = new HttpRelay(new Uri(box.Bucket.Server.Endpoint), async (request, forward, _) =>
        {
            if (!breaks || request.Method != "GET" || !request.Parameters.Contains("list-type"))
            {
                return await forward(request);
            }

            if (request.Parameters.Contains("continuation-token"))
            {
                Interlocked.Increment(ref broken);
                return RelayResponse.Error(403, "AccessDenied", "No.");
            }

            return FirstPageOf(await forward(request));
        });
        box.ReachStoreBy($"http://127.0.0.1:{relay.Port}");
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, """for i in 1 2 3; do echo $i > f$i; done && sync "$1" """, box.Mount)).Ok();

        breaks = true;
        (await box.AgentBayAsync("sync", box.Mount, "--mode", "download")).Exits(1);
        Assert.NotEqual(0, broken);
        Assert.Equal("1\n2\n3\n", (await box.ScriptAsync(box.Mount, "cat f*")).Ok().Output);
        breaks = false;

        await box.UnmountAsync();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal(["f1", "f2", "f3"], await stored.KeysAsync());
    }

    /// <summary>A listing of all as the answer of a server whose pages are one object long.</summary>
    private static RelayResponse FirstPageOf(RelayResponse all)
    {
        var list = XDocument.Parse(Encoding.UTF8.GetString(all.Body));
        XNamespace s3 = list.Root!.Name.Namespace;
        list.Root.Elements(s3 + "Contents").Skip(1).Remove();
        list.Root.Elements(s3 + "CommonPrefixes").Remove();
        list.Root.Element(s3 + "IsTruncated")!.Value = "true";
        list.Root.Elements(s3 + "NextContinuationToken").Remove();
        list.Root.Add(new XElement(s3 + "NextContinuationToken", "more"));
        byte[] body = Encoding.UTF8.GetBytes(list.ToString(SaveOptions.DisableFormatting));
        return all with { Body = body, Headers = [.. all.Headers.Where(header => header.Key != "Content-Length"), new("Content-Length", $"{body.Length}")] };
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task No_key_of_the_store_leads_outside_the_mirror(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, "echo good > good")).Ok();
        await box.UnmountAsync();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        foreach (string key in (string[])["../outside", "d/../../outside", "..", "./x", "a//b", "/outside"])
        {
            await stored.WriteAsync(key, "hostile");
        }

        box.NewCache();
        await box.MountAsync();
        Assert.Contains("good", (await box.ScriptAsync(box.Mount, "find . -type f -exec cat {} +")).Ok().Output, StringComparison.Ordinal);
        (await box.ScriptAsync(box.Cache, """test -z "$(find . "$1" -name outside -not -path '*/tree/*')" """, Path.Combine(box.Folder, "work"))).Ok();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task Modes_owners_times_links_xattrs_and_empty_folders_are_kept(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, "echo x > f && chmod 4750 f && chown 7:8 f && chmod 4750 f && setfattr -n user.a -v value f && touch -d '2001-02-03 04:05:06.123456789 UTC' f && ln -s /nowhere link && mkdir -m 2701 empty")).Ok();
        const string show = "stat -c '%n %F %a %u %g' f link empty && stat -c %y f && getfattr --only-values -n user.a f && readlink link";
        string before = (await box.ScriptAsync(box.Mount, show)).Ok().Output;
        await box.UnmountAsync();

        box.NewCache();
        await box.MountAsync();
        Assert.Equal(before, (await box.ScriptAsync(box.Mount, show)).Ok().Output);
        await box.UnmountAsync();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task Xattrs_that_the_store_cannot_keep_are_refused_at_once(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, "echo x > f")).Ok();

        Assert.Contains("not supported", (await box.ScriptAsync(box.Mount, "setfattr -n trusted.a -v value f")).Exits(1).Error, StringComparison.Ordinal);
        Assert.Contains("No space left", (await box.ScriptAsync(box.Mount, "setfattr -n user.a -v \"$(printf '%03000d' 0)\" f")).Exits(1).Error, StringComparison.Ordinal);
        await box.UnmountAsync();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_renamed_folder_of_placeholders_is_moved_without_reading_a_byte(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store);
        (await box.ScriptAsync(box.Mount, "mkdir d && for i in $(seq 20); do echo content $i > d/$i; done")).Ok();
        await box.UnmountAsync();

        box.NewCache();
        await box.MountAsync("--prefetch", "off");
        (await box.ScriptAsync(box.Mount, """mv d e && sync "$1" """, box.Mount)).Ok();
        string[] moved = Directory.GetFiles(Path.Combine(box.MirrorTree, "e"));
        Assert.Equal(20, moved.Length);
        Assert.All(moved, file => Assert.True(MountBox.IsPlaceholder(file)));
        Assert.Equal("content 7\n", (await box.ScriptAsync(box.Mount, "cat e/7")).Ok().Output);
        await box.UnmountAsync();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task With_fsync_local_fsync_does_not_wait_for_the_store(StoreKind store)
    {
        await using MountBox box = await MountedAsync(store, "--fsync", "local");

        (await box.ScriptAsync(box.Mount, "echo x > f && sync f")).Ok();

        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Empty(await stored.KeysAsync());
        await box.UnmountAsync();
    }

    private Task<MountBox> MountedAsync(StoreKind store, params string[] options) => MountBox.MountedAsync(machine, store, ["--write-back", "off", .. options]);
}
