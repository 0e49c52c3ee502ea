[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("AgentBay.Fs.Linux.Tests")]
