global using AgentBay.Posix;
[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]
[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("AgentBay.Fuse.Tests")]
