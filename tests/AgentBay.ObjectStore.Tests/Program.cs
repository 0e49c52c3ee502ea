using AgentBay.ObjectStore.Tests;
using AgentBay.ObjectStore.Tests.Embedded;
using AgentBay.ObjectStore.Tests.S3;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

if (await CrashChild.TryActAsync() || await StoreChild.TryActAsync())
{
    return 0;
}

// As xunit's own entry point does.
return args.Any(static a => a is "-automated" or "@@")
    ? await ConsoleRunner.Run(args)
    : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
