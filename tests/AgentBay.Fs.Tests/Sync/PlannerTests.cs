using AgentBay.Fs.Indexing;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Policies;
using AgentBay.Fs.Sync;
using FsCheck.Fluent;

namespace AgentBay.Fs.Tests.Sync;

public sealed class PlannerTests
{
    [Fact]
    public void A_moved_file_is_copied_and_then_deleted()
    {
        Assert.Equal(["Copy b from a", "Delete a"], Order(Plan(World.Of("a=1").To("b=1"))));
    }

    [Fact]
    public void In_a_chain_of_moves_each_key_is_copied_before_it_is_overwritten()
    {
        Assert.Equal(["Copy c from b", "Copy b from a", "Delete a"], Order(Plan(World.Of("a=1 b=2").To("b=1 c=2"))));
    }

    [Fact]
    public void A_swap_of_whole_files_uploads_one_of_them()
    {
        Assert.Equal(["Copy", "Upload"], Plan(World.Of("a=1 b=2").To("a=2 b=1")).Actions.Select(action => action.Kind.ToString()).Order());
    }

    [Fact]
    public void A_swap_of_placeholders_goes_through_a_copy_aside()
    {
        Assert.Equal(["Copy", "Copy", "CopyAside"], Plan(World.Of("a=1p b=2p").To("a=2p b=1p")).Actions.Select(action => action.Kind.ToString()).Order());
    }

    [Fact]
    public void In_a_ring_of_three_the_whole_file_is_uploaded_and_the_placeholders_are_copied()
    {
        SyncPlan plan = Plan(World.Of("a=1p b=2 c=3p").To("a=3p b=1p c=2"));

        Assert.Equal("c", Assert.Single(plan.Actions, action => action.Kind == ActionKind.Upload).Path.ToString());
    }

    [Fact]
    public void One_upload_serves_all_names_of_an_inode()
    {
        SyncPlan plan = Plan(World.Of("").To("a=1 b=1 c=1"));

        Assert.Equal(["Copy", "Copy", "Upload"], plan.Actions.Select(action => action.Kind.ToString()).Order());
        Assert.All(plan.Actions.Where(action => action.Kind == ActionKind.Copy), copy => Assert.Equal("a", copy.SourcePath.ToString()));
    }

    [Fact]
    public void An_old_name_goes_after_the_new_one_though_the_bytes_changed_too()
    {
        PathState moved = State("b", null, new LocalView(Entry(1, 2), LocalChange.Content));
        PathState gone = State("a", RowOf("a", 1, false), LocalView.Absent);

        Assert.Equal(["Upload b", "Delete a"], Order(Planner.Plan([gone, moved], n => $"aside{n}")));
    }

    [Fact]
    public void A_folders_marker_is_written_before_its_last_child_goes()
    {
        PathState folder = State("d", RowOf("d", 9, false) with { Kind = EntryKind.Folder, Key = "d/", Remote = null }, new LocalView(Entry(9, 1) with { Kind = EntryKind.Folder }, LocalChange.Same)) with { NeedsMarker = true };
        PathState child = State("d/a", RowOf("d/a", 1, false), LocalView.Absent);

        Assert.Equal(["PutFolder d", "Delete d/a"], Order(Planner.Plan([child, folder], n => $"aside{n}")));
    }

    [Fact]
    public void A_file_that_became_a_folder_goes_first()
    {
        PathState path = State("a", RowOf("a", 1, false), new LocalView(Entry(2, 1) with { Kind = EntryKind.Folder }, LocalChange.Content));

        Assert.Equal(["Delete a", "PutFolder a"], Order(Planner.Plan([path], n => $"aside{n}")));
    }

    [Fact]
    public void A_path_that_is_in_step_needs_nothing() => Assert.Empty(Plan(World.Of("a=1 b=2p").To("a=1 b=2p")).Actions);

    [Fact]
    public void A_deletion_that_stays_local_lets_the_row_go_and_not_the_object()
    {
        PathState gone = State("a", RowOf("a", 1, true), LocalView.Absent) with { Rules = KeepsDeleted };

        Assert.Equal(["Release a"], Order(Planner.Plan([gone], n => $"aside{n}")));
        Assert.Empty(Planner.Plan([gone with { Row = gone.Row!.Released() }], n => $"aside{n}").Actions);
    }

    [Fact]
    public void A_file_that_became_a_folder_stays_in_the_store_where_deletions_stay_local()
    {
        PathState path = State("a", RowOf("a", 1, false), new LocalView(Entry(2, 1) with { Kind = EntryKind.Folder }, LocalChange.Content)) with { Rules = KeepsDeleted };

        Assert.Equal(["PutFolder a"], Order(Planner.Plan([path], n => $"aside{n}")));
    }

    [Fact]
    public void Of_a_local_only_path_nothing_goes_to_the_store()
    {
        PathState kept = State("a", RowOf("a", 1, false), new LocalView(Entry(2, 1), LocalChange.Content)) with { Rules = LocalOnly };
        PathState gone = State("b", RowOf("b", 3, false), LocalView.Absent) with { Rules = LocalOnly };

        Assert.Equal(["Release b"], Order(Planner.Plan([kept, gone], n => $"aside{n}")));
    }

    [Fact]
    public void The_object_of_a_file_moved_out_of_the_white_lists_waits_for_the_disk()
    {
        PathState gone = State("src/a", RowOf("src/a", 1, false), LocalView.Absent);
        PathState outside = State("a", null, new LocalView(Entry(1, 1), LocalChange.Same)) with { Rules = LocalOnly };

        SyncAction delete = Assert.Single(Planner.Plan([outside, gone], n => $"aside{n}").Actions);

        Assert.Equal((ActionKind.Delete, "a"), (delete.Kind, delete.KeptAt.ToString()));
    }

    [Fact]
    public void An_object_whose_creation_was_not_acknowledged_is_looked_for_when_its_name_is_gone()
    {
        BaselineRow intent = BaselineRow.Intent(TreePath.Parse("a"), EntryKind.File, "a", "op");

        Assert.Equal(["Delete a"], Order(Planner.Plan([State("a", intent, LocalView.Absent)], n => $"aside{n}")));
    }

    [Fact]
    public void Carried_out_in_any_order_that_it_allows_a_plan_makes_the_store_equal_to_the_mirror() =>
        Property.Check(Gen.Choose(0, int.MaxValue), seed => World.Random(new Random(seed)).CarryOut(new Random(seed + 1)), count: 1000);

    private static readonly PathRules KeepsDeleted = new() { KeepsDeleted = true };
    private static readonly PathRules LocalOnly = new() { LocalOnly = true };

    private static SyncPlan Plan(World world) => Planner.Plan(world.States(), n => $"aside{n}");

    /// <summary>The order in which a plan with one order happens.</summary>
    private static List<string> Order(SyncPlan plan)
    {
        var done = new List<int>();
        while (done.Count < plan.Actions.Count)
        {
            done.Add(Enumerable.Range(0, plan.Actions.Count).First(i => !done.Contains(i) && plan.After[i].All(done.Contains)));
        }

        return [.. done.Select(i => plan.Actions[i]).Select(action => $"{action.Kind} {action.Path}{(action.SourceKey is { } source ? $" from {source}" : "")}")];
    }

    internal static PathState State(string path, BaselineRow? row, LocalView local) => new(TreePath.Parse(path), path, row, local);

    internal static LocalEntry Entry(int inode, uint links) => new() { Kind = EntryKind.File, Identity = new FileIdentity((ulong)inode, 1), Links = links, CtimeNs = inode };

    internal static BaselineRow RowOf(string path, int inode, bool placeholder) => new()
    {
        Path = TreePath.Parse(path),
        Kind = EntryKind.File,
        Key = path,
        Remote = new RemoteVersion($"etag{inode}", 1, null),
        Identity = new FileIdentity((ulong)inode, 1),
        CtimeNs = inode,
        State = placeholder ? BaselineState.Placeholder : BaselineState.Present,
    };

    /// <summary>Files in the store and in the mirror: "a=1 b=2p" is inode 1 under a, and the placeholder 2 under b. The content of an inode is its number.</summary>
    private sealed class World
    {
        private Dictionary<string, (int Inode, bool Placeholder)> stored = [], local = [];
        private PathRules rules;

        public static World Of(string files) => new() { stored = Parse(files) };

        public World To(string files)
        {
            local = Parse(files);
            return this;
        }

        public static World Random(Random random)
        {
            var world = new World { rules = random.Next(3) == 0 ? KeepsDeleted : default };
            string[] names = [.. Enumerable.Range(0, 2 + random.Next(6)).Select(i => ((char)('a' + i)).ToString())];
            foreach (string name in names.Where(_ => random.Next(4) > 0))
            {
                world.stored[name] = (world.stored.Count + 1, random.Next(2) == 0);
            }

            var inodes = world.stored.Values.ToList();
            foreach (string name in names.OrderBy(_ => random.Next()).Where(_ => random.Next(5) > 0))
            {
                // New, another name of one that is there, or one that was there.
                world.local[name] = inodes.Count == 0 || random.Next(5) == 0 ? (100 + world.local.Count, false) : inodes[random.Next(inodes.Count)];
                if (random.Next(3) > 0)
                {
                    _ = inodes.Remove(world.local[name]);
                }
            }

            return world;
        }

        public List<PathState> States()
        {
            var states = new List<PathState>();
            foreach (string path in stored.Keys.Union(local.Keys).Order())
            {
                BaselineRow? row = stored.TryGetValue(path, out var before) ? RowOf(path, before.Inode, before.Placeholder) : null;
                if (!local.TryGetValue(path, out var now))
                {
                    states.Add(State(path, row, LocalView.Absent) with { Rules = rules });
                    continue;
                }

                LocalEntry entry = Entry(now.Inode, (uint)local.Values.Count(other => other.Inode == now.Inode));
                string? source = stored.Where(pair => pair.Value.Inode == now.Inode).Select(pair => pair.Key).FirstOrDefault();
                PlaceholderMark? mark = now.Placeholder ? new PlaceholderMark(source!, $"etag{now.Inode}", 1, 0) : null;
                LocalChange change = row is not null && before.Inode == now.Inode ? LocalChange.Same : LocalChange.Content;
                BaselineRow? origin = mark is null && change == LocalChange.Content && source is not null ? RowOf(source, now.Inode, false) : null;
                states.Add(State(path, row, new LocalView(entry, change, mark, null, "", origin)) with { Rules = rules });
            }

            return states;
        }

        public void CarryOut(Random random)
        {
            SyncPlan plan = Plan(this);
            var store = stored.ToDictionary(pair => pair.Key, pair => pair.Value.Inode);
            var marks = local.Values.Where(file => file.Placeholder).Distinct().ToDictionary(file => file.Inode, file => stored.First(pair => pair.Value.Inode == file.Inode).Key);
            var done = new HashSet<int>();
            while (done.Count < plan.Actions.Count)
            {
                List<int> ready = [.. Enumerable.Range(0, plan.Actions.Count).Where(i => !done.Contains(i) && plan.After[i].All(done.Contains))];
                Assert.NotEmpty(ready); // Else there is a cycle.
                int next = ready[random.Next(ready.Count)];
                Run(plan.Actions[next], store, marks);
                _ = done.Add(next);
            }

            var expected = local.Concat(rules.KeepsDeleted ? stored.Where(pair => !local.ContainsKey(pair.Key)) : []);
            Assert.Equal(expected.Select(pair => $"{pair.Key}={pair.Value.Inode}").Order(), store.Select(pair => $"{pair.Key}={pair.Value}").Order());
            Assert.All(marks, mark => Assert.Equal(mark.Key, store[mark.Value]));
        }

        private static void Run(SyncAction action, Dictionary<string, int> store, Dictionary<int, string> marks)
        {
            if (!action.ReachesStore)
            {
                return;
            }

            int inode = (int?)action.Local.Entry?.Identity.Inode ?? 0;
            bool placeholder = marks.TryGetValue(inode, out string? mark);
            Assert.DoesNotContain(marks, other => other.Value == action.Key && other.Key != inode); // Some placeholder's only copy.
            switch (action.Kind)
            {
                case ActionKind.Upload:
                    Assert.False(placeholder);
                    store[action.Key] = inode;
                    break;
                case ActionKind.Copy or ActionKind.CopyAside:
                    string source = placeholder ? mark! : action.SourcePath?.ToString() ?? action.SourceKey!;
                    Assert.Equal(inode, store[source]);
                    store[action.Key] = inode;
                    if (placeholder)
                    {
                        marks[inode] = action.Key;
                        if (source.StartsWith("aside", StringComparison.Ordinal))
                        {
                            _ = store.Remove(source);
                        }
                    }

                    break;
                case ActionKind.Delete:
                    _ = store.Remove(action.Key);
                    break;
                default:
                    Assert.Fail($"{action.Kind} is not expected here.");
                    break;
            }
        }

        private static Dictionary<string, (int, bool)> Parse(string files) => files.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(file => file.Split('='))
            .ToDictionary(file => file[0], file => (int.Parse(file[1].TrimEnd('p'), System.Globalization.CultureInfo.InvariantCulture), file[1].EndsWith('p')));
    }
}
