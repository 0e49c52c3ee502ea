global using AgentBay.Fs.Mirror;
global using AgentBay.Fuse;
global using AgentBay.Posix;
global using Microsoft.Win32.SafeHandles;
