using AgentBay.Fuse.Wire;
using AgentBay.Posix;
using Microsoft.Extensions.Logging;

namespace AgentBay.Fuse.Tests;

public sealed class WireTests
{
    private const ulong Unique = 100;

    public static TheoryData<string> CaseNames => [.. WireTable.Cases.Select(c => c.Name)];

    public static TheoryData<uint, string> Refused => new()
    {
        { 31, "GetLk" }, { 32, "SetLk" }, { 33, "SetLkW" }, { 37, "BMap" }, { 39, "Ioctl" }, { 40, "Poll" }, { 41, "NotifyReply" },
        { 48, "SetupMapping" }, { 49, "RemoveMapping" }, { 50, "SyncFs" }, { 52, "Statx" }, { 4096, "CuseInit" }, { 7, "7" }, { 12345, "12345" },
    };

    [Theory]
    [MemberData(nameof(CaseNames))]
    public async Task A_request_becomes_its_call_and_the_answer_its_bytes(string name)
    {
        var row = Row(name);
        var fileSystem = new RecordingFileSystem();
        await using var conversation = await Conversation.Start(fileSystem);

        var answers = conversation.AskAndProbe(Bytes.Request(row.Opcode, Unique, 5, row.Body));

        Assert.Equal(row.Call ?? "", string.Join('|', fileSystem.Calls));
        Assert.Equal(row.Payload is null ? [] : [Bytes.Reply(Unique, row.Payload)], answers);
    }

    [Theory]
    [MemberData(nameof(CaseNames))]
    public async Task A_request_cut_at_any_offset_gets_one_well_formed_answer_or_none(string name)
    {
        var row = Row(name);
        byte[] whole = Bytes.Request(row.Opcode, Unique, 5, row.Body);
        await using var conversation = await Conversation.Start(new RecordingFileSystem());
        for (int length = 1; length < whole.Length; length++)
        {
            foreach (bool truthful in new[] { false, true })
            {
                byte[] cut = whole[..length];
                if (truthful && length >= 4)
                {
                    BitConverter.TryWriteBytes(cut, length);   // The header's length agrees: only the body's reader can notice.
                }

                var answers = conversation.AskAndProbe(cut);
                if (length < 40)
                {
                    Assert.Empty(answers);
                }
                else
                {
                    Assert.InRange(answers.Count, row.Payload is null ? 0 : 1, row.Payload is null ? 0 : 1);
                    Assert.All(answers, a => Assert.Equal((a.Length, Unique), ((int)BitConverter.ToUInt32(a), BitConverter.ToUInt64(a, 8))));
                    Assert.All(answers, a => Assert.True(truthful || BitConverter.ToInt32(a, 4) == -(int)Errno.EINVAL));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(CaseNames))]
    public async Task A_name_without_its_end_is_refused(string name)
    {
        var row = Row(name);
        if (row.Opcode is not (1 or 6 or 8 or 9 or 10 or 11 or 12 or 13 or 24 or 35 or 45))
        {
            return;
        }

        var fileSystem = new RecordingFileSystem();
        await using var conversation = await Conversation.Start(fileSystem);
        Assert.Equal([Bytes.Error(Unique, (int)Errno.EINVAL)], conversation.AskAndProbe(Bytes.Request(row.Opcode, Unique, 5, row.Body[..^1])));
        Assert.Empty(fileSystem.Calls);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    public async Task A_name_that_is_no_single_segment_is_refused(string name)
    {
        var fileSystem = new RecordingFileSystem();
        await using var conversation = await Conversation.Start(fileSystem);
        Assert.Equal(Bytes.Error(Unique, (int)Errno.EINVAL), conversation.Ask(Bytes.Request(1, Unique, 5, new Bytes().Name(name).ToArray())));
        Assert.Empty(fileSystem.Calls);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_not_supported_is_refused_by_name_and_logged_once(uint opcode, string name)
    {
        await using var conversation = await Conversation.Start(new RecordingFileSystem());
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(Bytes.Error(Unique, (int)Errno.ENOSYS), conversation.Ask(Bytes.Request(opcode, Unique, 5, new byte[64])));
        }

        Assert.Equal([$"{name} is not supported: answered ENOSYS, not logged again"], conversation.Log.Lines.Where(l => l.Id == 1002).Select(l => l.Text));
    }

    [Fact]
    public async Task Every_opcode_that_has_a_name_is_either_in_the_table_or_refused()
    {
        var known = WireTable.Cases.Select(c => c.Opcode).Concat(Refused.Select(r => r.Data.Item1)).Append((uint)Opcode.Init).Append((uint)Opcode.Interrupt);
        Assert.Empty(Enum.GetValues<Opcode>().Cast<uint>().Except(known));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Extensions_at_the_end_of_a_request_are_left_out_of_its_body()
    {
        var fileSystem = new RecordingFileSystem();
        await using var conversation = await Conversation.Start(fileSystem);
        byte[] body = new Bytes().Name("name").Name("target").Zeros(4).U64(ulong.MaxValue).ToArray();
        byte[] request = Bytes.Request(6, Unique, 5, body);
        request[36] = 1;   // total_extlen: one unit of 8 bytes
        conversation.Ask(request);
        Assert.Equal(["Symlink(5, name, target)"], fileSystem.Calls);
    }

    [Fact]
    public async Task Extensions_longer_than_the_request_are_refused()
    {
        await using var conversation = await Conversation.Start(new RecordingFileSystem());
        byte[] request = Bytes.Request(1, Unique, 5, new Bytes().Name("name").ToArray());
        request[36] = 0xFF;
        Assert.Equal(Bytes.Error(Unique, (int)Errno.EINVAL), conversation.Ask(request));
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(42u)]
    public async Task A_malformed_forget_is_never_answered(uint opcode)
    {
        await using var conversation = await Conversation.Start(new RecordingFileSystem());
        Assert.Empty(conversation.AskAndProbe(Bytes.Request(opcode, Unique, 5, [9, 0, 0])));
        Assert.Contains(conversation.Log.Lines, l => l is { Level: LogLevel.Warning, Id: 1003 });
    }

    [Fact]
    public async Task A_batch_that_counts_more_than_it_holds_forgets_what_it_holds()
    {
        var fileSystem = new RecordingFileSystem();
        await using var conversation = await Conversation.Start(fileSystem);
        Assert.Empty(conversation.AskAndProbe(Bytes.Request(42, Unique, 0, new Bytes().U32(uint.MaxValue).U32(0).U64(8).U64(1).ToArray())));
        Assert.Equal(["Forget(8, 1)"], fileSystem.Calls);
    }

    [Fact]
    public async Task A_value_longer_than_asked_for_is_ERANGE()
    {
        await using var conversation = await Conversation.Start(new RecordingFileSystem());
        Assert.Equal(Bytes.Error(Unique, (int)Errno.ERANGE), conversation.Ask(Bytes.Request(22, Unique, 5, new Bytes().U32(4).U32(0).Name("user.x").ToArray())));
        Assert.Equal(Bytes.Error(Unique, (int)Errno.ERANGE), conversation.Ask(Bytes.Request(23, Unique, 5, new Bytes().U32(13).U32(0).ToArray())));
    }

    [Fact]
    public async Task A_directory_buffer_too_small_for_one_entry_is_an_error_and_not_the_end()
    {
        await using var conversation = await Conversation.Start(new RecordingFileSystem());
        var read = new Bytes().U64(50).U64(0).U32(24).U32(0).U64(0).U32(0).U32(0).ToArray();
        Assert.Equal(Bytes.Error(Unique, (int)Errno.EINVAL), conversation.Ask(Bytes.Request(28, Unique, 5, read)));
    }

    [Theory]
    [InlineData(15u)]
    [InlineData(28u)]
    [InlineData(44u)]
    public async Task A_read_of_more_than_was_negotiated_is_refused(uint opcode)
    {
        await using var conversation = await Conversation.Start(new RecordingFileSystem());
        var read = new Bytes().U64(50).U64(0).U32(uint.MaxValue).U32(0).U64(0).U32(0).U32(0).ToArray();
        Assert.Equal(Bytes.Error(Unique, (int)Errno.EINVAL), conversation.Ask(Bytes.Request(opcode, Unique, 5, read)));
    }

    private static WireCase Row(string name) => WireTable.Cases.Single(c => c.Name == name);
}
