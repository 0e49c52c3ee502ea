namespace AgentBay.Fs.Mirror;

/// <summary>
/// A file of the state folder that only takes room. It is given up where the index finds the disk full: a disk that the mount's own data filled
/// would else be one on which nobody can note what has been stored. Without it everything goes on as long as there is room.
/// </summary>
public sealed class DiskReserve
{
    private const string FileName = "reserve";
    private const long Largest = 8 << 20; // The index's log and some thousand rows.
    private const int DisksPerReserve = 32;
    private const int Steps = 8;
    private const long SmallestStep = 4096;

    private readonly string folder;
    private int held;

    internal DiskReserve(string stateFolder) => folder = stateFolder;

    private string FilePath => Path.Combine(folder, FileName);

    /// <summary>Makes it as large as it should be and the disk allows; nothing is done when it is so already.</summary>
    internal void Make()
    {
        if (held == Steps)
        {
            return;
        }

        try
        {
            var disk = new DriveInfo(folder);
            long step = Math.Max(SmallestStep, Math.Min(Largest, disk.TotalSize / DisksPerReserve) / Steps);
            long free = Environment.IsPrivilegedProcess ? disk.TotalFreeSpace : disk.AvailableFreeSpace;
            int possible = (int)Math.Min(Steps, held + (free / step));
            while (possible > held && !TryMake(possible, step))
            {
                held = 0; // The attempt took the smaller one away.
                possible--;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            held = 0; // The disk is read-only, or the mirror is gone: a failure of what needs it, and told there.
        }
    }

    internal void GiveUp()
    {
        held = 0;
        File.Delete(FilePath);
    }

    private bool TryMake(int steps, long step)
    {
        try
        {
            using FileStream file = PrivateFile.Open(FilePath, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, PreallocationSize = steps * step });
            file.SetLength(steps * step);
            held = steps;
            return true;
        }
        catch (IOException error) when (error is not DirectoryNotFoundException)
        {
            return false; // What statfs calls free is not free for us: less is tried.
        }
    }
}
