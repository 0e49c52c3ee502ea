namespace AgentBay.Mount.Tests;

/// <summary>What a machine needs for a kind of test. A skip says what is missing.</summary>
internal static class Prerequisites
{
    public static void Require(Who who)
    {
        Assert.SkipUnless(File.Exists("/dev/fuse"), "There is no /dev/fuse.");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "These tests mount as root and as another user: run them as root.");
        Assert.SkipWhen(who == Who.OrdinaryUser && !File.Exists("/usr/bin/fusermount3"), "fusermount3 is missing: apt-get install fuse3.");
    }
}
