using AgentBay.Fuse.Wire;
using AgentBay.Posix;

namespace AgentBay.Fuse.Tests;

public sealed class InitTests
{
    private static readonly InitFlags[] EveryFlag = Enum.GetValues<InitFlags>().Where(f => f != InitFlags.None).ToArray();

    [Fact]
    public async Task INIT_is_answered_with_what_we_want_byte_for_byte()
    {
        await using var conversation = await Conversation.Start(new RecordingFileSystem(), new FuseSessionOptions { Threads = 1, DataPath = FuseDataPath.WritebackCache, MaxWrite = 1 << 17 });

        // async-read, atomic-o-trunc, big-writes, readdirplus, async-dio, writeback-cache, parallel-dirops, max-pages, cache-symlinks,
        // explicit-inval-data, handle-killpriv-v2, init-ext; then expire-only, direct-io-mmap.
        var expected = new Bytes().U32(7).U32(45).U32(131072).U32(0x52C5A029).U16(64).U16(48).U32(131072).U32(1).U16(32).U16(0).U32(0x18).U32(0).U16(0).Zeros(22);
        Assert.Equal(Bytes.Reply(2, expected.ToArray()), conversation.InitAnswer);
        Assert.Equal(FuseDataPath.WritebackCache, conversation.Session.DataPath);
        Assert.Contains("writeback-cache", conversation.Session.Features);
    }

    [Fact]
    public async Task A_newer_major_version_is_answered_with_ours_and_the_kernel_asks_again()
    {
        var kernel = new KernelDouble();
        var session = new FuseSession(kernel, new RecordingFileSystem(), new FuseSessionOptions { Threads = 1 }, null);
        var run = session.RunAsync();
        kernel.Send(Conversation.Init(8, 0, 0));
        Assert.Equal(new Bytes().U32(7).U32(45).ToArray(), kernel.NextAnswer()[16..24]);
        Assert.False(session.Started.IsCompleted);
        kernel.Send(Conversation.Init(7, 45, 0));
        await session.Started;
        kernel.End();
        await run;
    }

    [Fact]
    public async Task A_kernel_that_is_too_old_is_refused()
    {
        var kernel = new KernelDouble();
        var session = new FuseSession(kernel, new RecordingFileSystem(), new FuseSessionOptions { Threads = 1 }, null);
        var run = session.RunAsync();
        kernel.Send(Conversation.Init(7, 30, 0));
        Assert.Equal(Bytes.Error(2, (int)Errno.EPROTO), kernel.NextAnswer());
        kernel.End();
        await run;
        await Assert.ThrowsAsync<IOException>(() => session.Started);
    }

    [Fact]
    public async Task The_short_INIT_of_kernels_before_7_36_is_understood()
    {
        var kernel = new KernelDouble();
        var session = new FuseSession(kernel, new RecordingFileSystem(), new FuseSessionOptions { Threads = 1, DataPath = FuseDataPath.WriteThrough }, null);
        var run = session.RunAsync();
        kernel.Send(Bytes.Request(26, 2, 0, new Bytes().U32(7).U32(31).U32(4096).U32(1).ToArray()));
        await session.Started;
        Assert.Equal(["async-read"], session.Features);
        kernel.End();
        await run;
    }

    [Fact]
    public async Task A_second_INIT_is_refused()
    {
        await using var conversation = await Conversation.Start(new RecordingFileSystem());
        Assert.Equal(Bytes.Error(2, (int)Errno.EINVAL), conversation.Ask(Conversation.Init(7, 45, 0)));
    }

    [Fact]
    public void Every_flag_is_wanted_optional_or_refused_with_a_reason()
    {
        var listed = FuseFeatures.Wanted.Concat(FuseFeatures.Optional).Concat(FuseFeatures.Refused).ToList();
        Assert.Equal(EveryFlag.Order(), listed.Select(f => f.Flag).Order());
        Assert.All(listed, f => Assert.True(f.Name.Length > 0 && f.Reason.Length > 10));
        Assert.Equal(listed.Count, listed.Select(f => f.Name).Distinct().Count());
    }

    [Fact]
    public void Nothing_is_taken_that_the_kernel_does_not_offer()
    {
        foreach (var offered in EveryFlag)
        {
            var (flags, _, _) = FuseFeatures.Choose(offered, new FuseSessionOptions(), mayPassthrough: true);
            Assert.Equal(InitFlags.None, flags & ~offered);
        }
    }

    [Theory]
    [InlineData(FuseDataPath.Passthrough, true, true, FuseDataPath.Passthrough)]
    [InlineData(FuseDataPath.Passthrough, true, false, FuseDataPath.WritebackCache)]
    [InlineData(FuseDataPath.Passthrough, false, true, FuseDataPath.WritebackCache)]
    [InlineData(FuseDataPath.WritebackCache, true, true, FuseDataPath.WritebackCache)]
    [InlineData(FuseDataPath.WriteThrough, true, true, FuseDataPath.WriteThrough)]
    public void Passthrough_is_taken_when_it_is_wanted_offered_and_allowed(FuseDataPath wanted, bool offered, bool allowed, FuseDataPath expected)
    {
        var flags = (InitFlags)Conversation.EveryFlag & (offered ? ~InitFlags.None : ~InitFlags.Passthrough);
        var (taken, dataPath, reason) = FuseFeatures.Choose(flags, new FuseSessionOptions { DataPath = wanted }, allowed);
        Assert.Equal(expected, dataPath);
        Assert.Equal(expected == FuseDataPath.Passthrough, taken.HasFlag(InitFlags.Passthrough));
        Assert.Equal(expected == FuseDataPath.WritebackCache, taken.HasFlag(InitFlags.WritebackCache));   // Together they would be refused.
        Assert.Equal(expected == wanted, reason is null);
    }

    [Theory]
    [InlineData(true, "explicit-inval-data", "auto-inval-data")]
    [InlineData(false, "auto-inval-data", "explicit-inval-data")]
    public void One_way_of_invalidation_is_taken(bool explicitly, string taken, string left)
    {
        var names = FuseFeatures.Names(FuseFeatures.Choose((InitFlags)Conversation.EveryFlag, new FuseSessionOptions { ExplicitInvalidation = explicitly }, false).Flags);
        Assert.Contains(taken, names);
        Assert.DoesNotContain(left, names);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name_and_limit()
    {
        Assert.Contains("Threads must lie within 1 and 64", Assert.Throws<ArgumentOutOfRangeException>(() => new FuseSessionOptions { Threads = 0 }).Message);
        Assert.Contains("power of two", Assert.Throws<ArgumentOutOfRangeException>(() => new FuseSessionOptions { MaxWrite = 5000 }).Message);
        Assert.Contains("MaxWrite must lie within 4096 and 1048576", Assert.Throws<ArgumentOutOfRangeException>(() => new FuseSessionOptions { MaxWrite = 2048 }).Message);
        Assert.Contains("PassthroughStackDepth must lie within 1 and 2", Assert.Throws<ArgumentOutOfRangeException>(() => new FuseSessionOptions { PassthroughStackDepth = 3 }).Message);
    }
}
