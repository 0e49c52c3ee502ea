using AgentBay.Fuse;
using AgentBay.Fuse.Sample;

if (args is not [var mountPoint])
{
    Console.Error.WriteLine("usage: memfs <mountpoint>");
    return 2;
}

try
{
    var options = new FuseMountOptions { Source = "memfs", Subtype = "memfs", DefaultPermissions = true };
    using var mount = FuseMount.Mount(mountPoint, options);
    var session = new FuseSession(mount, new MemoryFileSystem(), new FuseSessionOptions { DataPath = FuseDataPath.WriteThrough });
    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, e) =>
    {
        e.Cancel = true;
        stop.Cancel();
    };
    var run = session.RunAsync(stop.Token);
    await session.Started;
    Console.WriteLine($"mounted on {mount.Path}: {session.DataPath}; {string.Join(' ', session.Features)}");
    await run;
    return 0;
}
catch (FuseMountException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
