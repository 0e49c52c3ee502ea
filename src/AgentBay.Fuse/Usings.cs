global using AgentBay.Posix;
