[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("AgentBay.Fs.Linux.Tests")]
[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("AgentBay.Fs.Tests")]
