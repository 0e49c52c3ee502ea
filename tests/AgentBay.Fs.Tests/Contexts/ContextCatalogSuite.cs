using System.Text;
using AgentBay.Fs.Contexts;
using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Contexts;

/// <summary>What the catalog promises, on a store that is empty at the beginning of each test.</summary>
public abstract class ContextCatalogSuite
{
    protected abstract IObjectStore Store { get; }

    protected ManualTime Time { get; } = new() { SkipsPauses = true };

    private ContextCatalog Catalog => new(Store, Time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_context_is_made_once_and_found_by_name_and_id()
    {
        ContextRecord made = await Catalog.GetOrCreateAsync("my-project", Cancel);
        Assert.Matches("^SdkCtx-[a-z0-9]{20}$", made.Id);
        Assert.Equal(("my-project", ContextRecord.Available, Time.GetUtcNow(), null), (made.Name, made.State, made.CreatedAt, made.LastUsedAt));
        Assert.NotEmpty(made.Epoch);
        Assert.Equal(made, await Catalog.GetOrCreateAsync("my-project", Cancel));
        Assert.Equal(made, await Catalog.FindAsync("my-project", Cancel));
        Assert.Equal(made, await Catalog.FindAsync(made.Id, Cancel));
        Assert.Equal([$".agentbay/contexts/{made.Id}.json", ".agentbay/names/my-project"], await KeysAsync());
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("SdkCtx-00000000000000000000")]
    [InlineData("SdkCtx-")]
    [InlineData("SdkCtx-/../names/my-project")]
    public async Task What_is_not_there_is_null(string nameOrId)
    {
        _ = await Catalog.GetOrCreateAsync("my-project", Cancel);
        Assert.Null(await Catalog.FindAsync(nameOrId, Cancel));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("name with spaces")]
    [InlineData("我的项目")]
    [InlineData("🦀")]
    [InlineData("sdkctx-lower")]
    public async Task A_name_may_be_almost_anything(string name)
    {
        foreach (string other in new[] { "a", "a%b", "A/B" })
        {
            _ = await Catalog.GetOrCreateAsync(other, Cancel);
        }

        ContextRecord made = await Catalog.GetOrCreateAsync(name, Cancel);
        Assert.Equal(name, made.Name);
        Assert.Equal(made, await Catalog.FindAsync(name, Cancel));
        Assert.Equal(made, (await Catalog.ListAsync(Cancel)).Single(record => record.Name == name));
        Assert.Equal(4, (await Catalog.ListAsync(Cancel)).Count);
    }

    [Fact]
    public async Task Of_32_that_create_a_name_at_once_all_get_one_context()
    {
        Assert.SkipUnless(Store.Properties.ConditionalCreate, "This store cannot hold a create-only condition under a race.");
        ContextRecord[] made = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => Catalog.GetOrCreateAsync("shared", Cancel))));
        Assert.Single(made.Distinct());
        Assert.Equal([made[0]], await Catalog.ListAsync(Cancel));
        Assert.Equal(2, (await KeysAsync()).Count);
    }

    [Fact]
    public async Task Contexts_are_listed_by_name()
    {
        foreach (int i in Enumerable.Range(0, 40).Reverse())
        {
            _ = await Catalog.GetOrCreateAsync($"context {i:D2}", Cancel);
        }

        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"context {i:D2}"), (await Catalog.ListAsync(Cancel)).Select(record => record.Name));
    }

    [Fact]
    public async Task Use_is_noted()
    {
        ContextRecord made = await Catalog.GetOrCreateAsync("a", Cancel);
        Time.Advance(TimeSpan.FromHours(1));
        ContextRecord used = await Catalog.TouchAsync(made, Cancel);
        Assert.Equal(made with { LastUsedAt = Time.GetUtcNow() }, used);
        Assert.Equal(used, await Catalog.FindAsync("a", Cancel));
    }

    [Fact]
    public async Task Many_may_note_use_at_once()
    {
        ContextRecord made = await Catalog.GetOrCreateAsync("a", Cancel);
        _ = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => Catalog.TouchAsync(made, Cancel))));
        Assert.Equal(Time.GetUtcNow(), (await Catalog.FindAsync("a", Cancel))!.LastUsedAt);
    }

    [Fact]
    public async Task A_renamed_context_keeps_its_id_and_gives_its_name_back()
    {
        ContextRecord made = await Catalog.GetOrCreateAsync("old", Cancel);
        ContextRecord renamed = await Catalog.RenameAsync(made, "new", Cancel);
        Assert.Equal(made with { Name = "new" }, renamed);
        Assert.Null(await Catalog.FindAsync("old", Cancel));
        Assert.Equal(renamed, await Catalog.FindAsync("new", Cancel));
        Assert.NotEqual(made.Id, (await Catalog.GetOrCreateAsync("old", Cancel)).Id);
        Assert.Equal(["new", "old"], (await Catalog.ListAsync(Cancel)).Select(record => record.Name));
    }

    [Fact]
    public async Task A_context_may_be_renamed_to_and_fro_and_to_its_own_name()
    {
        ContextRecord record = await Catalog.GetOrCreateAsync("a", Cancel);
        foreach (string name in new[] { "b", "a", "a", "b", "c" })
        {
            record = await Catalog.RenameAsync(record, name, Cancel);
            Assert.Equal([record], await Catalog.ListAsync(Cancel));
            Assert.Equal(record, await Catalog.FindAsync(name, Cancel));
        }

        Assert.Equal(2, (await KeysAsync()).Count);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused()
    {
        ContextRecord a = await Catalog.GetOrCreateAsync("a", Cancel);
        ContextRecord b = await Catalog.GetOrCreateAsync("b", Cancel);
        await AssertFailsAsync(ContextError.NameTaken, "choose a name that is free", () => Catalog.RenameAsync(a, "b", Cancel));
        Assert.Equal([a, b], await Catalog.ListAsync(Cancel));
    }

    [Fact]
    public async Task Of_two_that_rename_a_context_at_once_one_has_the_last_word_and_no_name_is_lost()
    {
        Assert.SkipUnless(Store.Properties.ConditionalReplace, "This store cannot hold If-Match under a race.");
        ContextRecord made = await Catalog.GetOrCreateAsync("a", Cancel);
        _ = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Catalog.RenameAsync(made, $"name {i}", Cancel))));
        ContextRecord stands = Assert.Single(await Catalog.ListAsync(Cancel));
        Assert.Equal(stands, await Catalog.FindAsync(stands.Name, Cancel));
        foreach (string name in Enumerable.Range(0, 8).Select(i => $"name {i}").Append("a"))
        {
            Assert.Equal(name == stands.Name, (await Catalog.GetOrCreateAsync(name, Cancel)).Id == made.Id);
        }

        Assert.Equal(9, (await Catalog.ListAsync(Cancel)).Count);
    }

    [Fact]
    public async Task A_deleted_context_leaves_nothing_and_others_are_untouched()
    {
        ContextRecord keep = await Catalog.GetOrCreateAsync("keep", Cancel);
        await PutAsync(keep.Prefix + "file");
        IReadOnlyList<string> before = await KeysAsync();
        ContextRecord doomed = await Catalog.GetOrCreateAsync("doomed", Cancel);
        await FillAsync(doomed, 1500);
        var progress = new Progress();
        await Catalog.DeleteAsync(doomed, progress, Cancel);
        Assert.Equal(before, await KeysAsync());
        Assert.Equal(1503, progress.Reports[^1]);
        Assert.True(progress.Reports.Count > 1);
        Assert.Null(await Catalog.FindAsync("doomed", Cancel));
        Assert.Null(await Catalog.FindAsync(doomed.Id, Cancel));
        await Catalog.DeleteAsync(doomed, null, Cancel);
        await AssertFailsAsync(ContextError.NotFound, "no longer in", () => Catalog.TouchAsync(doomed, Cancel));
        await AssertFailsAsync(ContextError.NotFound, "no longer in", () => Catalog.RenameAsync(doomed, "x", Cancel));
    }

    [Fact]
    public async Task A_name_may_be_used_again_after_its_context_is_deleted()
    {
        ContextRecord first = await Catalog.GetOrCreateAsync("a", Cancel);
        await Catalog.DeleteAsync(first, null, Cancel);
        ContextRecord second = await Catalog.GetOrCreateAsync("a", Cancel);
        Assert.NotEqual((first.Id, first.Epoch), (second.Id, second.Epoch));
        await Catalog.DeleteAsync(first, null, Cancel); // a late one, of the first
        Assert.Equal(second, await Catalog.FindAsync("a", Cancel));
    }

    [Fact]
    public async Task A_creation_cut_short_anywhere_is_ended_by_the_next() => await CutShortAnywhereAsync(
        writes: 2, // name, record
        act: (catalog, _) => catalog.GetOrCreateAsync("a", Cancel),
        prepare: () => Task.FromResult<ContextRecord?>(null),
        check: async (_, where) =>
        {
            IReadOnlyList<ContextRecord> listed = await Catalog.ListAsync(Cancel);
            ContextRecord? found = await Catalog.FindAsync("a", Cancel);
            Assert.Equal(found is null ? [] : [found], listed);
            ContextRecord made = await Catalog.GetOrCreateAsync("a", Cancel);
            Assert.True(found is null || found == made, where);
            Assert.Equal([made], await Catalog.ListAsync(Cancel));
            Assert.Equal(2, (await KeysAsync()).Count);
            await Catalog.DeleteAsync(made, null, Cancel);
        });

    [Theory]
    [InlineData("by the same rename")]
    [InlineData("by a rename to another name")]
    [InlineData("by asking for the new name")]
    [InlineData("by deleting")]
    public async Task A_rename_cut_short_anywhere_has_one_name_and_is_ended(string how) => await CutShortAnywhereAsync(
        writes: 3, // new name, record, old name
        act: (catalog, made) => catalog.RenameAsync(made!, "new", Cancel),
        prepare: async () => await Catalog.GetOrCreateAsync("old", Cancel),
        check: async (made, where) =>
        {
            ContextRecord? asOld = await Catalog.FindAsync("old", Cancel);
            ContextRecord? asNew = await Catalog.FindAsync("new", Cancel);
            ContextRecord stands = Assert.Single(await Catalog.ListAsync(Cancel));
            Assert.True((asOld is null) != (asNew is null) && (asOld ?? asNew) == stands && stands.Id == made!.Id, where);
            switch (how)
            {
                case "by the same rename":
                    stands = await Catalog.RenameAsync(made!, "new", Cancel);
                    Assert.Equal(stands, await Catalog.FindAsync("new", Cancel));
                    Assert.NotEqual(made!.Id, (await Catalog.GetOrCreateAsync("old", Cancel)).Id);
                    break;
                case "by a rename to another name":
                    stands = await Catalog.RenameAsync(made!, "other", Cancel);
                    Assert.NotEqual(made!.Id, (await Catalog.GetOrCreateAsync("old", Cancel)).Id);
                    Assert.NotEqual(made!.Id, (await Catalog.GetOrCreateAsync("new", Cancel)).Id);
                    Assert.Equal(3, (await Catalog.ListAsync(Cancel)).Count);
                    break;
                case "by asking for the new name":
                    Assert.Equal(asOld is not null && await KeyIsThereAsync(".agentbay/names/new") || asNew is not null, (await Catalog.GetOrCreateAsync("new", Cancel)).Id == made!.Id);
                    break;
                default:
                    await Catalog.DeleteAsync(stands, null, Cancel);
                    Assert.Empty(await Catalog.ListAsync(Cancel));
                    Assert.Equal("old", (await Catalog.GetOrCreateAsync("old", Cancel)).Name);
                    Assert.Equal("new", (await Catalog.GetOrCreateAsync("new", Cancel)).Name);
                    break;
            }

            IReadOnlyList<ContextRecord> all = await Catalog.ListAsync(Cancel);
            Assert.Equal(all.Select(record => record.Name).Distinct(), all.Select(record => record.Name));
            await EmptyAsync();
        });

    [Fact]
    public async Task A_deletion_cut_short_anywhere_is_ended_by_deleting_again() =>
        await DeletionCutShortAnywhereAsync(async (made, where) =>
        {
            if (await Catalog.FindAsync("doomed", Cancel) is { State: ContextRecord.Deleting })
            {
                await AssertFailsAsync(ContextError.BeingDeleted, "run `agentbay-mount context delete", () => Catalog.GetOrCreateAsync("doomed", Cancel));
                await AssertFailsAsync(ContextError.BeingDeleted, "being deleted", () => Catalog.TouchAsync(made!, Cancel));
                await AssertFailsAsync(ContextError.BeingDeleted, "being deleted", () => Catalog.RenameAsync(made!, "x", Cancel));
            }

            await Catalog.DeleteAsync(made!, null, Cancel);
            Assert.True((await KeysAsync()).Count == 0, where);
        });

    [Theory]
    [InlineData("deleting")]
    [InlineData("creating")]
    [InlineData("renaming to it")]
    [InlineData("listing")]
    public async Task A_deletion_cut_short_anywhere_is_ended_from_its_name_or_leaves_the_name_free(string how) =>
        await DeletionCutShortAnywhereAsync(async (made, where) =>
        {
            ContextRecord other = await Catalog.GetOrCreateAsync("other", Cancel);
            if (how == "listing")
            {
                IEnumerable<string> listed = (await Catalog.ListAsync(Cancel)).Select(record => record.Name);
                Assert.Equal(await Catalog.FindAsync("doomed", Cancel) is null ? ["other"] : ["doomed", "other"], listed);
            }

            if (await Catalog.FindAsync("doomed", Cancel) is { } left)
            {
                await Catalog.DeleteAsync(left, null, Cancel);
            }

            ContextRecord named = how switch
            {
                "creating" => await Catalog.GetOrCreateAsync("doomed", Cancel),
                "renaming to it" => await Catalog.RenameAsync(other, "doomed", Cancel),
                _ => other,
            };
            Assert.True(named.Id != made!.Id && named == await Catalog.FindAsync(named.Name, Cancel), where);
            Assert.DoesNotContain(await Catalog.ListAsync(Cancel), record => record.Id == made.Id);
            Assert.Null(await Catalog.FindAsync(made.Id, Cancel));
        });

    [Fact]
    public async Task A_creation_cut_short_after_it_took_the_name_is_ended_by_a_rename_to_that_name()
    {
        ContextRecord other = await Catalog.GetOrCreateAsync("other", Cancel);
        var dying = new DyingStore(Store, write: 2, afterEffect: false);
        _ = await Assert.ThrowsAsync<StoreException>(() => new ContextCatalog(dying, Time).GetOrCreateAsync("a", Cancel));

        await AssertFailsAsync(ContextError.NameTaken, "choose a name that is free", () => Catalog.RenameAsync(other, "a", Cancel));

        await Catalog.DeleteAsync((await Catalog.FindAsync("a", Cancel))!, null, Cancel);
        Assert.Equal("a", (await Catalog.RenameAsync(other, "a", Cancel)).Name);
    }

    [Theory]
    [InlineData("before the mark")]
    [InlineData("after the mark")]
    public async Task A_context_deleted_while_it_is_renamed_leaves_neither_name_taken(string when)
    {
        ContextRecord made = await Catalog.GetOrCreateAsync("a", Cancel);
        var faulty = new FaultyStore(Store);
        bool deleted = false;
        faulty.BeforeCall = async (call, _) =>
        {
            if (!deleted && call is { Call: StoreCall.Put, Key: var key } && key == $".agentbay/contexts/{made.Id}.json")
            {
                deleted = true;
                if (when == "after the mark")
                {
                    await PutAsync(key, (await ReadAsync(key)).Replace("\"available\"", "\"deleting\"", StringComparison.Ordinal));
                }
                else
                {
                    await Catalog.DeleteAsync(made, null, Cancel);
                }
            }
        };

        await AssertFailsAsync(ContextError.NotFound, "was deleted while it was renamed", () => new ContextCatalog(faulty, Time).RenameAsync(made, "b", Cancel));

        Assert.False(await KeyIsThereAsync(".agentbay/names/b"));
    }

    [Fact]
    public async Task Who_creates_a_name_while_its_context_is_deleted_does_not_get_the_deleted_one()
    {
        ContextRecord doomed = await Catalog.GetOrCreateAsync("a", Cancel);
        var faulty = new FaultyStore(Store);
        bool deleted = false;
        faulty.BeforeCall = async (call, _) =>
        {
            if (!deleted && call is { Call: StoreCall.Get, Key: var key } && key == $".agentbay/contexts/{doomed.Id}.json")
            {
                deleted = true;
                await Catalog.DeleteAsync(doomed, null, Cancel);
            }
        };

        ContextRecord made = await new ContextCatalog(faulty, Time).GetOrCreateAsync("a", Cancel);

        Assert.NotEqual(doomed.Id, made.Id);
        Assert.Equal([made], await Catalog.ListAsync(Cancel));
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("clear")]
    public async Task What_was_stored_on_a_word_given_before_the_mark_and_uploads_that_were_begun_go_too(string how)
    {
        ContextRecord made = await Catalog.GetOrCreateAsync("a", Cancel);
        await FillAsync(made, 3);
        var faulty = new FaultyStore(Store);
        int listings = 0;
        faulty.BeforeCall = async (call, cancel) =>
        {
            // The last listing of the first look has found nothing: a writer that had asked before the mark stores now.
            if (call is { Call: StoreCall.List, Key: var key } && key == $".agentbay/manifests/{made.Id}" && ++listings == 2)
            {
                await PutAsync(made.Prefix + "late");
                _ = await Store.BeginMultipartAsync(made.Prefix + "upload", new PutOptions(), cancel);
            }
        };
        var catalog = new ContextCatalog(faulty, Time);

        await (how == "delete" ? catalog.DeleteAsync(made, null, Cancel) : catalog.ClearAsync(made, null, Cancel));

        Assert.Equal(how == "delete" ? 0 : 2, (await KeysAsync()).Count);
        if (Store.Properties.ListsUploads)
        {
            Assert.Empty(await Store.ListUploadsAsync(made.Prefix, Cancel));
        }
    }

    [Fact]
    public async Task A_page_has_as_many_as_asked_and_the_pages_have_all()
    {
        foreach (int i in Enumerable.Range(0, 25))
        {
            _ = await Catalog.GetOrCreateAsync($"context {i:D2}", Cancel);
        }

        var sizes = new List<int>();
        var names = new List<string>();
        string? token = null;
        do
        {
            ContextPage page = await Catalog.ListPageAsync(10, token, Cancel);
            Assert.Equal(25, page.TotalCount);
            sizes.Add(page.Contexts.Count);
            names.AddRange(page.Contexts.Select(context => context.Name));
            token = page.NextToken;
        }
        while (token is not null);

        Assert.Equal([10, 10, 5], sizes);
        Assert.Equal((await Catalog.ListAsync(Cancel)).Select(context => context.Name), names.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1001, null)]
    [InlineData(10, "")]
    [InlineData(10, "../names")]
    public async Task A_page_that_there_cannot_be_is_refused(int size, string? token) =>
        await AssertFailsAsync(ContextError.InvalidPage, "1 to 1000", () => Catalog.ListPageAsync(size, token, Cancel));

    [Fact]
    public async Task A_cleared_context_is_empty_has_another_epoch_and_is_itself_otherwise()
    {
        ContextRecord other = await Catalog.GetOrCreateAsync("other", Cancel);
        await PutAsync(other.Prefix + "file");
        ContextRecord made = await Catalog.GetOrCreateAsync("a", Cancel);
        IReadOnlyList<string> before = await KeysAsync();
        await FillAsync(made, 1500);
        var progress = new Progress();
        ContextRecord cleared = await Catalog.ClearAsync(made, progress, Cancel);
        Assert.Equal(before, await KeysAsync());
        Assert.Equal(1503, progress.Reports[^1]);
        Assert.NotEqual(made.Epoch, cleared.Epoch);
        Assert.NotNull(cleared.ClearedAt);
        Assert.Equal(made, cleared with { Epoch = made.Epoch, ClearedAt = null });
        Assert.Equal(cleared, await Catalog.FindAsync("a", Cancel));
    }

    [Fact]
    public async Task While_a_context_is_cleared_it_is_refused_to_who_would_use_it()
    {
        ContextRecord made = await Catalog.GetOrCreateAsync("a", Cancel);
        ContextRecord clearing = await Catalog.BeginClearAsync(made, Cancel);
        Assert.Equal(ContextRecord.Clearing, clearing.State);
        Assert.Equal(clearing, await Catalog.BeginClearAsync(made, Cancel));
        await AssertFailsAsync(ContextError.BeingCleared, $"agentbay-mount context clear {made.Id}", () => Catalog.TouchAsync(made, Cancel));
        Assert.Equal(clearing, await Catalog.GetOrCreateAsync("a", Cancel));
        Assert.Equal(ContextRecord.Available, (await Catalog.FinishClearAsync(clearing, null, Cancel)).State);
        _ = await Catalog.TouchAsync(made, Cancel);
    }

    [Fact]
    public async Task A_clear_cut_short_anywhere_is_ended_by_clearing_again() => await CutShortAnywhereAsync(
        writes: 6, // record marked, taken, three kinds of contents, record
        act: (catalog, made) => catalog.ClearAsync(made!, null, Cancel),
        prepare: async () =>
        {
            ContextRecord made = await Catalog.GetOrCreateAsync("a", Cancel);
            await FillAsync(made, 3);
            return made;
        },
        check: async (made, where) =>
        {
            ContextRecord stands = (await Catalog.FindAsync("a", Cancel))!;
            bool done = stands.State == ContextRecord.Available;
            Assert.True(done ? stands.Epoch == made!.Epoch == ((await KeysAsync()).Count > 2) : stands.Epoch != made!.Epoch, where);
            stands = await Catalog.ClearAsync(made!, null, Cancel);
            Assert.True(stands.State == ContextRecord.Available && (await KeysAsync()).Count == 2, where);
        });

    [Fact]
    public async Task A_deletion_goes_before_a_clear()
    {
        ContextRecord made = await Catalog.GetOrCreateAsync("a", Cancel);
        await FillAsync(made, 3);
        _ = await Catalog.BeginClearAsync(made, Cancel);
        await Catalog.DeleteAsync(made, null, Cancel);
        Assert.Empty(await KeysAsync());
        await AssertFailsAsync(ContextError.NotFound, "no longer in", () => Catalog.ClearAsync(made, null, Cancel));
    }

    [Fact]
    public async Task Of_two_that_clear_at_once_one_deletes_and_what_is_stored_after_the_end_stays()
    {
        ContextRecord made = await Catalog.GetOrCreateAsync("a", Cancel);
        await FillAsync(made, 3);
        var faulty = new FaultyStore(Store);
        var inBatch = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        faulty.BeforeCall = async (call, _) =>
        {
            if (call.Call == StoreCall.DeleteMany && inBatch.TrySetResult())
            {
                await goOn.Task; // Silent for so long that the other takes over and ends it.
            }
        };
        Task<ContextRecord> silent = new ContextCatalog(faulty, Time).ClearAsync(made, null, Cancel);
        await inBatch.Task;
        ContextRecord ended = await Catalog.ClearAsync(made, null, Cancel);
        Assert.Equal(ContextRecord.Available, ended.State);
        await PutAsync(made.Prefix + "new");
        goOn.SetResult();
        Assert.Equal(ended, await silent);
        Assert.True(await KeyIsThereAsync(made.Prefix + "new"));
    }

    [Fact]
    public async Task A_context_whose_name_entry_was_lost_gets_it_back()
    {
        ContextRecord made = await Catalog.GetOrCreateAsync("a", Cancel);
        await Store.DeleteAsync(".agentbay/names/a", null, Cancel);
        Assert.Equal([made], await Catalog.ListAsync(Cancel));
        Assert.Equal(made, await Catalog.FindAsync("a", Cancel));
    }

    [Fact]
    public async Task A_record_that_lost_its_name_is_invisible_and_goes_when_it_is_old_and_empty()
    {
        ContextRecord loser = await Catalog.GetOrCreateAsync("a", Cancel);
        await Store.DeleteAsync(".agentbay/names/a", null, Cancel);
        ContextRecord winner = await Catalog.GetOrCreateAsync("a", Cancel);
        Assert.Equal([winner], await Catalog.ListAsync(Cancel));
        Assert.Equal(loser, await Catalog.FindAsync(loser.Id, Cancel));

        await PutAsync(loser.Prefix + "file");
        Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal([winner], await Catalog.ListAsync(Cancel));
        Assert.Equal(loser, await Catalog.FindAsync(loser.Id, Cancel));

        await Store.DeleteAsync(loser.Prefix + "file", null, Cancel);
        Assert.Equal([winner], await Catalog.ListAsync(Cancel));
        Assert.Null(await Catalog.FindAsync(loser.Id, Cancel));
    }

    [Fact]
    public async Task What_a_later_version_wrote_into_a_record_is_kept()
    {
        ContextRecord made = await Catalog.GetOrCreateAsync("a", Cancel);
        string key = $".agentbay/contexts/{made.Id}.json";
        string json = (await ReadAsync(key)).TrimEnd().TrimEnd('}') + """, "uploadMode": "Archive", "holders": [{"pid": 7}]}""";
        await PutAsync(key, json);
        _ = await Catalog.TouchAsync(made, Cancel);
        _ = await Catalog.RenameAsync(made, "b", Cancel);
        string after = (await ReadAsync(key)).Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
        Assert.Contains("\"uploadMode\":\"Archive\",\"holders\":[{\"pid\":7}]", after, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no JSON", "hello")]
    [InlineData("empty", "")]
    [InlineData("null", "null")]
    [InlineData("an array", "[]")]
    [InlineData("cut short", "{\"id\":")]
    [InlineData("members missing", "{\"id\":\"$id\"}")]
    [InlineData("a name that is null", "{\"id\":\"$id\",\"name\":null,\"createdAt\":\"2024-01-01T00:00:00Z\",\"epoch\":\"e\"}")]
    [InlineData("another context's", "{\"id\":\"SdkCtx-00000000000000000000\",\"name\":\"a\",\"createdAt\":\"2024-01-01T00:00:00Z\",\"epoch\":\"e\"}")]
    public async Task A_broken_record_is_named_and_does_not_hide_the_other_contexts(string what, string json)
    {
        _ = what;
        ContextRecord broken = await Catalog.GetOrCreateAsync("a", Cancel);
        ContextRecord whole = await Catalog.GetOrCreateAsync("b", Cancel);
        string key = $".agentbay/contexts/{broken.Id}.json";
        await PutAsync(key, json.Replace("$id", broken.Id, StringComparison.Ordinal));
        await AssertFailsAsync(ContextError.Corrupt, key, () => Catalog.FindAsync("a", Cancel));
        await AssertFailsAsync(ContextError.Corrupt, key, () => Catalog.GetOrCreateAsync("a", Cancel));
        Assert.Equal(
            [(broken.Id, ContextRecord.Unreadable), (whole.Name, ContextRecord.Available)],
            (await Catalog.ListAsync(Cancel)).Select(record => (record.Name, record.State)));
    }

    [Fact]
    public async Task A_broken_name_entry_is_named()
    {
        _ = await Catalog.GetOrCreateAsync("a", Cancel);
        await PutAsync(".agentbay/names/a", """{"id":"../x","nonce":"1"}""");
        await AssertFailsAsync(ContextError.Corrupt, ".agentbay/names/a", () => Catalog.FindAsync("a", Cancel));
    }

    private Task DeletionCutShortAnywhereAsync(Func<ContextRecord?, string, Task> check) => CutShortAnywhereAsync(
        writes: 6, // record marked, three kinds of contents, record, name
        act: async (catalog, made) =>
        {
            await catalog.DeleteAsync(made!, null, Cancel);
            return made!;
        },
        prepare: async () =>
        {
            ContextRecord made = await Catalog.GetOrCreateAsync("doomed", Cancel);
            await FillAsync(made, 3);
            return made;
        },
        check);

    /// <summary>Does something with a store that dies before, or right after, its n-th write, for each n until it does not die; then checks.</summary>
    private async Task CutShortAnywhereAsync(
        int writes, Func<ContextCatalog, ContextRecord?, Task<ContextRecord>> act, Func<Task<ContextRecord?>> prepare, Func<ContextRecord?, string, Task> check)
    {
        foreach (bool afterEffect in new[] { false, true })
        {
            bool died = true;
            int deaths = 0;
            for (int write = 1; died; write++)
            {
                ContextRecord? prepared = await prepare();
                var dying = new DyingStore(Store, write, afterEffect);
                try
                {
                    _ = await act(new ContextCatalog(dying, Time), prepared);
                    died = false;
                }
                catch (StoreException e) when (e.Kind == StoreErrorKind.Unreachable)
                {
                    deaths++;
                    await check(prepared, $"died {(afterEffect ? "after" : "before")} write {write}");
                }

                await EmptyAsync();
            }

            Assert.Equal(writes, deaths);
        }
    }

    private async Task FillAsync(ContextRecord context, int objects)
    {
        await Parallel.ForAsync(0, objects, Cancel, async (i, _) => await PutAsync($"{context.Prefix}folder {i % 10}/file {i}"));
        await PutAsync(context.Prefix);
        await PutAsync($".agentbay/manifests/{context.Id}");
        await PutAsync($".agentbay/aside/{context.Id}/x");
    }

    private Task<PutResult> PutAsync(string key, string body = "x") => Store.PutAsync(key, Encoding.UTF8.GetBytes(body), new PutOptions(), Cancel);

    private async Task<string> ReadAsync(string key)
    {
        await using ObjectContent? content = await Store.GetAsync(key, null, null, Cancel);
        return await new StreamReader(content!.Body).ReadToEndAsync(Cancel);
    }

    private async Task<bool> KeyIsThereAsync(string key) => await Store.HeadAsync(key, Cancel) is not null;

    private async Task<IReadOnlyList<string>> KeysAsync()
    {
        var keys = new List<string>();
        string? token = null;
        do
        {
            ListPage page = await Store.ListAsync(new ListRequest("") { ContinuationToken = token }, Cancel);
            keys.AddRange(page.Objects.Select(info => info.Key));
            token = page.NextToken;
        }
        while (token is not null);

        return keys;
    }

    private async Task EmptyAsync() => Assert.Empty(await Store.DeleteManyAsync([.. await KeysAsync()], Cancel));

    private static async Task AssertFailsAsync(ContextError error, string says, Func<Task> call)
    {
        ContextException failure = await Assert.ThrowsAsync<ContextException>(call);
        Assert.Equal(error, failure.Error);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    private sealed class Progress : IProgress<int>
    {
        public List<int> Reports { get; } = [];

        public void Report(int value) => Reports.Add(value);
    }
}
