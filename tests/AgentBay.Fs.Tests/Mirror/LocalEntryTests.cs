using AgentBay.Fs.Mirror;

namespace AgentBay.Fs.Tests.Mirror;

public sealed class LocalEntryTests
{
    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(-1_000_000, 0, false)] // Set back after the write, as cp -p and rsync -t do it.
    [InlineData(-1_000_000, -10, false)]
    [InlineData(-1_000_000, -1000, true)]
    [InlineData(0, -1000, true)] // From the future, or the clock was set back.
    public void The_change_time_is_kept_where_a_change_now_would_get_another(int mtimeMs, int ctimeMs, bool kept)
    {
        const long Now = 1_700_000_000_000_000_000;
        var entry = new LocalEntry
        {
            Kind = EntryKind.File,
            Identity = default,
            MtimeNs = Now + (mtimeMs * 1_000_000L),
            CtimeNs = Now + (ctimeMs * 1_000_000L),
        };

        Assert.Equal(kept ? entry.CtimeNs : 0, entry.SettledCtimeNs(Now));
    }
}
