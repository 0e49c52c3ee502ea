using AgentBay.Fuse;

namespace AgentBay.Fs.Linux.Tests;

internal sealed class FakeRequest(uint uid = 0, uint gid = 0, CancellationToken interrupted = default) : FuseRequest
{
    public override ulong Unique => 1;

    public override uint Uid => uid;

    public override uint Gid => gid;

    public override uint Pid => 1;

    public override bool KillSuidGid => false;

    public override CancellationToken Interrupted => interrupted;
}
