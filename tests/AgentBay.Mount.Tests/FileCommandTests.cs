using System.Net;
using System.Text;
using System.Text.Json;
using AgentBay.ObjectStore;
using AgentBay.Posix;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary><c>file …</c>: the files of a context without a mount.</summary>
public sealed class FileCommandTests(Machine machine)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Embedded)]
    [InlineData(StoreKind.S3)]
    public async Task What_is_put_is_listed_got_back_with_mode_and_time_and_deleted(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        (await box.ScriptAsync(box.Folder, "head -c 20M /dev/urandom > large; chmod 750 large; touch -d '2001-02-03 04:05:06Z' large; mkdir got")).Ok();

        JsonElement put = (await box.AgentBayAsync("file", "put", "test", Path.Combine(box.Folder, "large"), "/data/large", "--json")).Json();
        Assert.Equal(("large", "/data/large", "file", 20 << 20), (put.GetProperty("name").GetString(), put.GetProperty("path").GetString(), put.GetProperty("type").GetString(), put.GetProperty("size").GetInt32()));
        (await box.AgentBayAsync("file", "get", "test", "data/large", Path.Combine(box.Folder, "got"))).Ok();
        (await box.ScriptAsync(box.Folder, "cmp large got/large; test \"$(stat -c %a,%Y got/large)\" = \"$(stat -c %a,%Y large)\"; test \"$(ls -A got)\" = large")).Ok();

        JsonElement root = (await box.AgentBayAsync("file", "list", "test", "--json")).Json();
        Assert.Equal([("data", "folder")], root.GetProperty("files").EnumerateArray().Select(file => (file.GetProperty("name").GetString(), file.GetProperty("type").GetString())));
        Assert.Matches("(?m)^large +file +20971520 +20", (await box.AgentBayAsync("file", "list", "test", "/data")).Ok().Output);
        JsonElement deleted = (await box.AgentBayAsync("file", "delete", "test", "/data/large", "--yes", "--json")).Json();
        Assert.Equal("/data/large", deleted.GetProperty("deleted")[0].GetString());
        Assert.Equal(0, (await box.AgentBayAsync("file", "list", "test", "data", "--json")).Json().GetProperty("totalCount").GetInt32());
    }

    [Theory]
    [InlineData(StoreKind.Embedded)]
    [InlineData(StoreKind.S3)]
    public async Task Standard_input_is_put_and_got_to_standard_output(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        (await box.ScriptAsync(box.Folder, "head -c 9M /dev/urandom > f; \"$1\" file put test - d/a < f; cat f | \"$1\" file put test - d/b; \"$1\" file get test d/a - | cmp - f; \"$1\" file get test d/b - | cmp - f", Programs.AgentBayMount)).Ok();
    }

    [Fact]
    public async Task A_mount_shows_what_was_put_and_what_it_stored_is_got()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        (await box.ScriptAsync(box.Folder, "echo '#!/bin/sh' > script; chmod 755 script; \"$1\" file put test script bin/script", Programs.AgentBayMount)).Ok();
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "cmp bin/script ../script; test \"$(stat -c %a,%Y bin/script)\" = \"$(stat -c %a,%Y ../script)\"; echo from the mount > bin/made; printf x > $'not\\xfftext'")).Ok();
        await box.UnmountAsync();

        (await box.ScriptAsync(box.Folder, "test \"$(\"$1\" file get test bin/made -)\" = 'from the mount'; test \"$(\"$1\" file get test $'not\\xfftext' -)\" = x; \"$1\" file delete test $'not\\xfftext' --yes", Programs.AgentBayMount)).Ok();
        Assert.Equal(1, (await box.AgentBayAsync("file", "list", "test", "--json")).Json().GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task A_long_folder_is_listed_by_pages()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        string stored = Path.Combine(box.StoreUrl, "contexts", await box.ContextIdAsync());
        (await box.ScriptAsync(box.Folder, "mkdir -p \"$1\"; for i in $(seq 100 160); do echo $i > \"$1/$i\"; done", stored)).Ok();

        JsonElement second = (await box.AgentBayAsync("file", "list", "test", "--page", "2", "--json")).Json();
        Ran text = (await box.AgentBayAsync("file", "list", "test", "--page-size", "60")).Ok();

        Assert.Equal(Enumerable.Range(150, 11).Select(i => $"{i}"), second.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("name").GetString()));
        Assert.Equal((2, 50, 61), (second.GetProperty("page").GetInt32(), second.GetProperty("pageSize").GetInt32(), second.GetProperty("totalCount").GetInt32()));
        Assert.Equal("1 to 60 of 61. Go on with --page 2.\n", text.Error);
        Assert.Equal(61, text.Output.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("a path with ..", new[] { "get", "test", "../x", "-" }, "'.' and '..'")]
    [InlineData("an empty part", new[] { "list", "test", "a//b" }, "an empty part")]
    [InlineData("a folder's name for a file", new[] { "put", "test", "/etc/hosts", "/data/" }, "it names a folder")]
    [InlineData("the root as a file", new[] { "upload-url", "test", "/" }, "it is the context's root")]
    [InlineData("a page that is no number", new[] { "list", "test", "--page", "x" }, "--page: 'x'")]
    [InlineData("a page that there cannot be", new[] { "list", "test", "--page", "0" }, "Pages are counted from 1")]
    [InlineData("a page that is too long", new[] { "list", "test", "--page-size", "1001" }, "1 to 1000")]
    [InlineData("a lifetime that is none", new[] { "download-url", "test", "a", "--expires", "0s" }, "--expires: '0s'")]
    [InlineData("a lifetime of too many days", new[] { "upload-url", "test", "a", "--expires", "8d" }, "168 hours at most")]
    [InlineData("a lifetime that is too long", new[] { "upload-url", "test", "a", "--expires", "200h" }, "168 hours at most")]
    [InlineData("a deletion without yes", new[] { "delete", "test", "a" }, "say --yes")]
    [InlineData("no local file", new[] { "put", "test", "a" }, "See: agentbay-mount file put --help")]
    [InlineData("bytes and JSON in one stream", new[] { "get", "test", "a", "-", "--json" }, "name a file")]
    [InlineData("a verb that is none", new[] { "explode" }, "'explode'")]
    public async Task Wrong_usage_is_one_line_and_exit_code_2(string what, string[] arguments, string says)
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);

        (await box.AgentBayAsync(["file", .. arguments])).FailsWith(2, says);

        Assert.NotEmpty(what);
    }

    [Theory]
    [InlineData("no such file", new[] { "get", "test", "/nothing", "-" }, "There is no '/nothing' in context 'test'")]
    [InlineData("no such folder", new[] { "list", "test", "/nothing" }, "There is no folder '/nothing'")]
    [InlineData("no such file to delete", new[] { "delete", "test", "nothing", "--yes" }, "There is no '/nothing'")]
    [InlineData("no such file for a URL", new[] { "download-url", "test", "nothing" }, "There is no '/nothing'")]
    [InlineData("no such context", new[] { "list", "other" }, "There is no context 'other'")]
    [InlineData("a folder to put", new[] { "put", "test", "/etc", "a" }, "mount the context and copy")]
    [InlineData("no such local file", new[] { "put", "test", "/nothing", "a" }, "/nothing")]
    [InlineData("below a file", new[] { "put", "test", "/etc/hosts", "file/x" }, "'/file' is a file: nothing can be below it")]
    [InlineData("a folder's name", new[] { "put", "test", "/etc/hosts", "folder" }, "'/folder' is a folder")]
    [InlineData("a folder to get", new[] { "get", "test", "folder", "-" }, "'/folder' is a folder")]
    [InlineData("a folder that is not empty", new[] { "delete", "test", "folder", "--yes" }, "not empty")]
    [InlineData("no such local folder", new[] { "get", "test", "file", "/nothing/file" }, "mkdir -p /nothing")]
    public async Task What_cannot_be_done_is_one_line_and_exit_code_1(string what, string[] arguments, string says)
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        string stored = Path.Combine(box.StoreUrl, "contexts", await box.ContextIdAsync());
        (await box.ScriptAsync(box.Folder, "mkdir -p \"$1/folder\" && echo x > \"$1/file\" && echo x > \"$1/folder/x\"", stored)).Ok();

        (await box.AgentBayAsync(["file", .. arguments])).FailsWith(1, says);

        Assert.NotEmpty(what);
    }

    [Theory]
    [InlineData("y", 0)]
    [InlineData("n", 1)]
    public async Task On_a_terminal_y_confirms_a_deletion(string answer, int exitCode)
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        (await box.ScriptAsync(box.Folder, "echo x | \"$1\" file put test - a", Programs.AgentBayMount)).Ok();

        Ran asked = (await box.OnTerminalAsync(answer, "file", "delete", "test", "a")).Exits(exitCode);

        Assert.Contains("Delete 'a' from context 'test'? [y/N]", asked.Output, StringComparison.Ordinal);
        Assert.Equal(exitCode, (await box.AgentBayAsync("file", "list", "test", "--json")).Json().GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task On_a_terminal_a_transfer_shows_its_progress_also_where_the_output_goes_to_a_file()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        (await box.ScriptAsync(box.Folder, "head -c 40M /dev/zero > large")).Ok();
        string large = Path.Combine(box.Folder, "large");

        Ran put = (await box.OnTerminalAsync("", "file", "put", "test", large, "d/large", "--json", ">", large + ".json")).Ok();
        Ran got = (await box.OnTerminalAsync("", "file", "get", "test", "d/large", "-", ">", large + ".got")).Ok();

        Assert.Contains("read d/large", put.Output, StringComparison.Ordinal);
        Assert.Contains("put d/large", put.Output, StringComparison.Ordinal);
        Assert.Contains("get /d/large", got.Output, StringComparison.Ordinal);
        (await box.ScriptAsync(box.Folder, "cmp large large.got")).Ok();
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(large + ".json", Cancel));
        Assert.Equal(40 << 20, report.RootElement.GetProperty("size").GetInt32());
    }

    [Fact]
    public async Task One_path_that_is_not_there_keeps_no_other_from_being_deleted()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        (await box.ScriptAsync(box.Folder, "for i in a b; do echo x | \"$1\" file put test - $i; done", Programs.AgentBayMount)).Ok();

        Ran ran = (await box.AgentBayAsync("file", "delete", "test", "a", "nothing", "b", "--yes", "--json")).Exits(1);

        using var report = JsonDocument.Parse(ran.Output);
        Assert.Equal(["/a", "/b"], report.RootElement.GetProperty("deleted").EnumerateArray().Select(path => path.GetString()));
        Assert.Equal("/nothing", report.RootElement.GetProperty("failed")[0].GetProperty("path").GetString());
    }

    [Theory]
    [InlineData(StoreKind.Embedded)]
    [InlineData(StoreKind.S3)]
    public async Task A_put_that_is_interrupted_leaves_nothing(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        using var put = box.Start(Programs.AgentBayMount, "file", "put", "test", "-", "d/a");
        var block = new byte[1 << 20];
        for (int i = 0; i < 20; i++)
        {
            await put.StandardInput.BaseStream.WriteAsync(block, Cancel); // Blocks until the parts before are under way.
        }

        _ = Syscall.Kill(put.Id, signal: 15); // As Ctrl-C; a job in the background ignores that.
        await Eventually.EndsAsync(put); // Though its standard input stays open and says nothing.

        Assert.Equal((1, "agentbay-mount: Interrupted.\n"), (put.ExitCode, await put.StandardError.ReadToEndAsync(Cancel)));
        Assert.Equal(0, (await box.AgentBayAsync("file", "list", "test", "--json")).Json().GetProperty("totalCount").GetInt32());
        if (store == StoreKind.S3)
        {
            Assert.Empty(await box.Bucket.ListUploadsAsync());
        }
    }

    [Theory]
    [InlineData("a FIFO that nobody writes", 15, new[] { "put", "test", "fifo", "x" })]
    [InlineData("a FIFO that nobody reads", 1, new[] { "get", "test", "large", "fifo" })]
    [InlineData("a standard output that nobody reads", 15, new[] { "get", "test", "large", "-" })]
    public async Task A_command_that_waits_for_the_other_end_of_a_pipe_is_interrupted(string what, int signal, string[] arguments)
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        (await box.ScriptAsync(box.Folder, "mkfifo fifo; head -c 20M /dev/zero | \"$1\" file put test - large", Programs.AgentBayMount)).Ok();
        using var command = box.Start(Programs.AgentBayMount, ["file", .. arguments]);
        await TakesSignalsAsync(command.Id);
        await Task.Delay(TimeSpan.FromSeconds(1), Cancel); // By then it waits.

        _ = Syscall.Kill(command.Id, signal);
        await Eventually.EndsAsync(command);

        Assert.Equal((1, "agentbay-mount: Interrupted.\n"), (command.ExitCode, await command.StandardError.ReadToEndAsync(Cancel)));
        Assert.NotEmpty(what);
    }

    [Fact]
    public async Task A_question_is_interrupted()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        (await box.ScriptAsync(box.Folder, "echo x | \"$1\" file put test - a", Programs.AgentBayMount)).Ok();
        using var terminal = box.Start("script", "-qec", $"exec {Programs.AgentBayMount} file delete test a", "/dev/null");
        var shown = new StringBuilder();
        while (!shown.ToString().Contains("[y/N]", StringComparison.Ordinal))
        {
            var read = new char[1];
            Assert.Equal(1, await terminal.StandardOutput.ReadAsync(read, Cancel));
            _ = shown.Append(read);
        }

        string children = await File.ReadAllTextAsync($"/proc/{terminal.Id}/task/{terminal.Id}/children", Cancel);
        _ = Syscall.Kill(int.Parse(children.Trim(), System.Globalization.CultureInfo.InvariantCulture), signal: 15);
        await Eventually.EndsAsync(terminal);

        Assert.Equal(1, terminal.ExitCode);
        Assert.Contains("Interrupted. Nothing was changed.", await terminal.StandardOutput.ReadToEndAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(1, (await box.AgentBayAsync("file", "list", "test", "--json")).Json().GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task A_get_whose_terminal_is_closed_leaves_nothing_and_fails()
    {
        const int stop = 19, go = 18;
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        string folder = Path.Combine(box.Folder, "got"), code = Path.Combine(box.Folder, "code");
        (await box.ScriptAsync(box.Folder, "mkdir got; head -c 400M /dev/zero | \"$1\" file put test - a", Programs.AgentBayMount)).Ok();
        using var terminal = box.Start("script", "-qec", $"trap 'kill -HUP $!' HUP; sh -c 'echo $$ > get; exec {Programs.AgentBayMount} file get test a got' & wait $!; wait $!; echo $? > code", "/dev/null"); // As a shell does.
        while (Directory.GetFileSystemEntries(folder) is [])
        {
            Assert.False(terminal.HasExited);
        }

        int get = int.Parse((await File.ReadAllTextAsync(Path.Combine(box.Folder, "get"), Cancel)).Trim(), System.Globalization.CultureInfo.InvariantCulture);
        _ = Syscall.Kill(get, stop); // It is in the middle of it, however long the closing takes.
        terminal.Kill();
        await HasHangupAsync(get, "ShdPnd");
        _ = Syscall.Kill(get, go);
        await Eventually.HappensAsync(async () => File.Exists(code) && await File.ReadAllTextAsync(code, Cancel) == "1\n", Cancel);

        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task A_command_that_cannot_be_interrupted_ends_with_the_second_signal()
    {
        const int term = 15;
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        string stored = Path.Combine(box.StoreUrl, "contexts", await box.ContextIdAsync());
        (await box.ScriptAsync(box.Folder, "mkdir -p \"$1\"; for i in $(seq 1000 1999); do : > \"$1/a-long-name-of-a-file-that-fills-a-pipe-$i\"; done", stored)).Ok();
        using var list = box.Start(Programs.AgentBayMount, "file", "list", "test", "--json", "--page-size", "1000");
        Assert.Equal(1, await list.StandardOutput.ReadAsync(new char[1], Cancel)); // It prints, and nobody reads the rest.

        _ = Syscall.Kill(list.Id, term);
        await Task.Delay(TimeSpan.FromSeconds(1), Cancel);
        Assert.False(list.HasExited);
        _ = Syscall.Kill(list.Id, term);
        await Eventually.EndsAsync(list);

        Assert.Equal(128 + term, list.ExitCode);
    }

    [Fact]
    public async Task A_get_writes_to_what_a_link_leads_to_and_replaces_neither_link_nor_FIFO()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        const string script = """
            echo right | "$1" file put test - a
            mkfifo fifo; ln -s fifo to-fifo; ln -s /proc/self/fd/1 to-output; mkdir folder; ln -s folder/file to-file; echo before > folder/file; ln -s new to-new; ln -s folder to-folder
            timeout 60 cat fifo > read & "$1" file get test a to-fifo; wait
            "$1" file get test a to-output | cat > piped
            "$1" file get test a to-file; "$1" file get test a to-new; "$1" file get test a to-folder
            for link in to-fifo to-output to-file to-new to-folder; do test -L $link; done; test -p fifo
            for got in read piped folder/file new folder/a; do test "$(cat $got)" = right; done
            test "$(ls -A folder | wc -l)" = 2
            """;

        (await box.ScriptAsync(box.Folder, script, Programs.AgentBayMount)).Ok();
    }

    [Fact]
    public async Task Nobody_else_can_read_a_file_while_it_is_got()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        (await box.ScriptAsync(box.Folder, "mkdir got; head -c 200M /dev/zero > large; chmod 600 large; \"$1\" file put test large a", Programs.AgentBayMount)).Ok();
        string folder = Path.Combine(box.Folder, "got");
        UnixFileMode? seen = null;
        while (seen is null)
        {
            using var get = box.Start(Programs.AgentBayMount, "file", "get", "test", "a", folder);
            while (seen is null && !get.HasExited)
            {
                seen = Directory.GetFiles(folder, ".agentbay-*").Select(ModeOf).FirstOrDefault();
            }

            await Eventually.EndsAsync(get);
            Assert.Equal(0, get.ExitCode);
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, seen);

        static UnixFileMode? ModeOf(string file)
        {
            try
            {
                return File.GetUnixFileMode(file);
            }
            catch (FileNotFoundException)
            {
                return null; // Renamed just now.
            }
        }
    }

    [Fact]
    public async Task A_name_that_is_not_UTF_8_is_refused_where_another_would_take_its_place()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        (await box.ScriptAsync(box.Folder, "mkdir got; echo x > $'local\\xff'; \"$1\" file put test - $'not\\xfftext' < $'local\\xff'", Programs.AgentBayMount)).Ok();

        (await box.ScriptAsync(box.Folder, "\"$1\" file get test $'not\\xfftext' got", Programs.AgentBayMount)).FailsWith(1, "say what the file shall be called in 'got'");
        (await box.ScriptAsync(box.Folder, "\"$1\" file get test $'not\\xfftext' $'got/\\xff'", Programs.AgentBayMount)).FailsWith(2, "a local name that is not UTF-8");
        (await box.ScriptAsync(box.Folder, "\"$1\" file put test $'local\\xff' a", Programs.AgentBayMount)).FailsWith(2, "a local name that is not UTF-8");

        (await box.ScriptAsync(box.Folder, "\"$1\" file get test $'not\\xfftext' got/name; test \"$(ls -A got)\" = name", Programs.AgentBayMount)).Ok();
    }

    [Fact]
    public async Task A_symlink_has_no_download_URL()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "ln -s /etc/hosts link")).Ok();
        await box.UnmountAsync();

        (await box.AgentBayAsync("file", "download-url", "test", "link")).FailsWith(1, "'/link' is a symbolic link");
        (await box.AgentBayAsync("file", "get", "test", "link", "-")).FailsWith(1, "'/link' is a symbolic link");
    }

    [Fact]
    public async Task A_get_of_bytes_that_are_not_the_stored_ones_leaves_no_file()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        (await box.ScriptAsync(box.Folder, "echo right | \"$1\" file put test - a; mkdir got", Programs.AgentBayMount)).Ok();
        await using (IObjectStore store = StoreUrl.Open(box.StoreUrl, StoreOpenOptions.Default))
        {
            string key = (await store.ListAsync(new ListRequest("contexts/"), Cancel)).Objects.Single().Key;
            ObjectInfo info = (await store.HeadAsync(key, Cancel))!;
            _ = await store.PutAsync(key, Encoding.UTF8.GetBytes("wrong\n"), new PutOptions { Metadata = info.Metadata }, Cancel);
        }

        (await box.AgentBayAsync("file", "get", "test", "a", Path.Combine(box.Folder, "got", "a"))).FailsWith(1, "is not what was stored");

        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(box.Folder, "got")));
    }

    [Theory]
    [InlineData(StoreKind.Embedded)]
    [InlineData(StoreKind.S3)]
    public async Task URLs_store_and_give_one_file_to_a_plain_HTTP_client(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        JsonElement upload = (await box.AgentBayAsync("file", "upload-url", "test", "/d/a b", "--expires", "30s", "--json")).Json();
        string put = upload.GetProperty("url").GetString()!;
        Assert.Equal("PUT", upload.GetProperty("method").GetString());
        Assert.InRange(upload.GetProperty("expiresAt").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddSeconds(-20), DateTimeOffset.UtcNow.AddSeconds(30));

        (await box.ScriptAsync(box.Folder, "echo by URL > f; curl -sf -T f \"$1\"", put)).Ok();
        string get = (await box.AgentBayAsync("file", "download-url", "test", "d/a b", "--expires", "30s")).Ok().Output.Trim();
        Assert.Equal("by URL\n", (await box.ScriptAsync(box.Folder, "curl -sf \"$1\"", get)).Ok().Output);
        Assert.NotEqual(0, (await box.ScriptAsync(box.Folder, "curl -sf \"${1}0\"", get)).ExitCode);
        Assert.Equal("by URL\n", (await box.AgentBayAsync("file", "get", "test", "d/a b", "-")).Ok().Output);
    }

    [Fact]
    public async Task The_process_that_answers_URLs_ends_with_the_last_of_them()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        (await box.ScriptAsync(box.Folder, "echo x | \"$1\" file put test - a", Programs.AgentBayMount)).Ok();
        (await box.AgentBayAsync("file", "download-url", "test", "a", "--expires", "1s")).Ok();
        string later = (await box.AgentBayAsync("file", "download-url", "test", "a", "--expires", "24s")).Ok().Output.Trim();
        Assert.Single(UrlProcesses(box));
        (await box.ScriptAsync(box.Folder, "sleep 8; curl -sf \"$1\"", later)).Ok();

        await Eventually.HappensAsync(() => Task.FromResult(!UrlProcesses(box).Any()), Cancel);
    }

    [Fact]
    public async Task A_URL_does_not_end_with_another_program_that_serves_its_own()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        (await box.ScriptAsync(box.Folder, "echo x | \"$1\" file put test - a", Programs.AgentBayMount)).Ok();
        await using IObjectStore store = StoreUrl.Open(box.StoreUrl, StoreOpenOptions.Default);
        IUrlEndpoint endpoint = (await store.ServeUrlsAsync(new UrlServing(), Cancel))!;
        string get = (await box.AgentBayAsync("file", "download-url", "test", "a", "--expires", "20s")).Ok().Output.Trim();
        await endpoint.DisposeAsync();
        Assert.Equal("x\n", (await box.ScriptAsync(box.Folder, "curl -sf \"$1\"", get)).Ok().Output);
    }

    [Theory]
    [InlineData("clear", HttpStatusCode.OK, "f")]
    [InlineData("delete", HttpStatusCode.Conflict, "")]
    public async Task An_upload_URL_stores_in_a_context_that_was_cleared_and_leaves_nothing_of_one_that_was_deleted(string verb, HttpStatusCode status, string left)
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        string put = (await box.AgentBayAsync("file", "upload-url", "test", "f", "--expires", "60s")).Ok().Output.Trim();
        string id = (await box.AgentBayAsync("context", "get", "test", "--json")).Json().GetProperty("id").GetString()!;
        (await box.AgentBayAsync("context", verb, "test", "--yes")).Ok();
        using var http = new HttpClient();
        using HttpResponseMessage answer = await http.PutAsync(put, new StringContent("by URL"), Cancel);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(status != HttpStatusCode.OK, (await answer.Content.ReadAsStringAsync(Cancel)).Contains("was deleted", StringComparison.Ordinal));

        await using IObjectStore store = StoreUrl.Open(box.StoreUrl, StoreOpenOptions.Default);
        ListPage files = await store.ListAsync(new ListRequest($"contexts/{id}/"), Cancel);
        Assert.Equal(left, string.Concat(files.Objects.Select(file => file.Key[$"contexts/{id}/".Length..])));
    }

    /// <summary>Until a command has come so far that signals interrupt it.</summary>
    private static Task TakesSignalsAsync(int process) => HasHangupAsync(process, "SigCgt");

    /// <summary>Until SIGHUP is in one of the sets of signals that proc(5) has of a process.</summary>
    private static Task HasHangupAsync(int process, string set)
    {
        const ulong hangup = 1;
        return Eventually.HappensAsync(() => Task.FromResult((Convert.ToUInt64(ProcFiles.Status($"{process}", set), 16) & hangup) != 0), Cancel);
    }

    private static IEnumerable<string> UrlProcesses(MountBox box) =>
        Programs.CommandLines().Where(line => line.Contains("\0serve-urls\0", StringComparison.Ordinal) && line.Contains(box.StoreUrl, StringComparison.Ordinal));

    private async Task<MountBox> BoxAsync(StoreKind store)
    {
        MountBox box = await MountBox.CreateAsync(machine, store, Who.Root);
        (await box.AgentBayAsync("context", "create", "test")).Ok();
        return box;
    }
}
