using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AgentBay.Fuse.Transport;
using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse.Tests;

/// <summary>Our structures and constants against the system's &lt;linux/fuse.h&gt;, as native/fuse_layout.c prints it.</summary>
public sealed class LayoutTests
{
    /// <summary>C structure, our structure, and "our field=C field"; what has no C field is written "-".</summary>
    private static readonly (string C, Type Ours, string Fields)[] Structures =
    [
        ("fuse_in_header", typeof(InHeader), "Length=len Opcode=opcode Unique=unique Node=nodeid Uid=uid Gid=gid Pid=pid ExtensionUnits=total_extlen Padding=padding"),
        ("fuse_out_header", typeof(OutHeader), "Length=len Error=error Unique=unique"),
        ("fuse_forget_in", typeof(ForgetIn), "Lookups=nlookup"),
        ("fuse_batch_forget_in", typeof(BatchForgetIn), "Count=count Padding=dummy"),
        ("fuse_forget_one", typeof(ForgetOne), "Node=nodeid Lookups=nlookup"),
        ("fuse_getattr_in", typeof(GetAttrIn), "Flags=getattr_flags Padding=dummy Handle=fh"),
        ("fuse_setattr_in", typeof(SetAttrIn), "Valid=valid Padding=padding Handle=fh Size=size LockOwner=lock_owner AccessTime=atime ModifyTime=mtime ChangeTime=ctime AccessTimeNs=atimensec ModifyTimeNs=mtimensec ChangeTimeNs=ctimensec Mode=mode Unused4=unused4 Uid=uid Gid=gid Unused5=unused5"),
        ("fuse_mknod_in", typeof(MkNodIn), "Mode=mode Device=rdev Umask=umask Padding=padding"),
        ("fuse_mkdir_in", typeof(MkDirIn), "Mode=mode Umask=umask"),
        ("fuse_rename_in", typeof(RenameIn), "NewParent=newdir"),
        ("fuse_rename2_in", typeof(Rename2In), "NewParent=newdir Flags=flags Padding=padding"),
        ("fuse_link_in", typeof(LinkIn), "Node=oldnodeid"),
        ("fuse_open_in", typeof(OpenIn), "Flags=flags OpenFlags=open_flags"),
        ("fuse_create_in", typeof(CreateIn), "Flags=flags Mode=mode Umask=umask OpenFlags=open_flags"),
        ("fuse_release_in", typeof(ReleaseIn), "Handle=fh Flags=flags ReleaseFlags=release_flags LockOwner=lock_owner"),
        ("fuse_flush_in", typeof(FlushIn), "Handle=fh Unused=unused Padding=padding LockOwner=lock_owner"),
        ("fuse_read_in", typeof(ReadIn), "Handle=fh Offset=offset Size=size ReadFlags=read_flags LockOwner=lock_owner Flags=flags Padding=padding"),
        ("fuse_write_in", typeof(WriteIn), "Handle=fh Offset=offset Size=size WriteFlags=write_flags LockOwner=lock_owner Flags=flags Padding=padding"),
        ("fuse_fsync_in", typeof(FsyncIn), "Handle=fh Flags=fsync_flags Padding=padding"),
        ("fuse_getxattr_in", typeof(GetXattrIn), "Size=size Padding=padding"),
        ("fuse_access_in", typeof(AccessIn), "Mask=mask Padding=padding"),
        ("fuse_interrupt_in", typeof(InterruptIn), "Unique=unique"),
        ("fuse_fallocate_in", typeof(FallocateIn), "Handle=fh Offset=offset Length=length Mode=mode Padding=padding"),
        ("fuse_lseek_in", typeof(LSeekIn), "Handle=fh Offset=offset Whence=whence Padding=padding"),
        ("fuse_copy_file_range_in", typeof(CopyFileRangeIn), "FromHandle=fh_in FromOffset=off_in ToNode=nodeid_out ToHandle=fh_out ToOffset=off_out Length=len Flags=flags"),
        ("fuse_attr", typeof(Attr), "Inode=ino Size=size Blocks=blocks AccessTime=atime ModifyTime=mtime ChangeTime=ctime AccessTimeNs=atimensec ModifyTimeNs=mtimensec ChangeTimeNs=ctimensec Mode=mode Links=nlink Uid=uid Gid=gid Device=rdev BlockSize=blksize Flags=flags"),
        ("fuse_attr_out", typeof(AttrOut), "Valid=attr_valid ValidNs=attr_valid_nsec Padding=dummy Attr=attr"),
        ("fuse_entry_out", typeof(EntryOut), "Node=nodeid Generation=generation EntryValid=entry_valid AttrValid=attr_valid EntryValidNs=entry_valid_nsec AttrValidNs=attr_valid_nsec Attr=attr"),
        ("fuse_open_out", typeof(OpenOut), "Handle=fh Flags=open_flags Backing=backing_id"),
        ("fuse_write_out", typeof(WriteOut), "Size=size Padding=padding"),
        ("fuse_copy_file_range_out", typeof(CopyFileRangeOut), "Copied=bytes_copied"),
        ("fuse_kstatfs", typeof(StatFsOut), "Blocks=blocks BlocksFree=bfree BlocksAvailable=bavail Files=files FilesFree=ffree BlockSize=bsize NameLength=namelen FragmentSize=frsize"),
        ("fuse_getxattr_out", typeof(GetXattrOut), "Size=size Padding=padding"),
        ("fuse_lseek_out", typeof(LSeekOut), "Offset=offset"),
        ("fuse_init_out", typeof(InitOut), "Major=major Minor=minor MaxReadahead=max_readahead Flags=flags MaxBackground=max_background CongestionThreshold=congestion_threshold MaxWrite=max_write TimeGranularity=time_gran MaxPages=max_pages MapAlignment=map_alignment Flags2=flags2 MaxStackDepth=max_stack_depth RequestTimeout=request_timeout"),
        ("fuse_dirent", typeof(Dirent), "Inode=ino NextOffset=off NameLength=namelen Type=type"),
        ("fuse_direntplus", typeof(DirentPlus), "Entry=entry_out Dirent=dirent"),
        ("fuse_notify_inval_inode_out", typeof(NotifyInvalidateInode), "Node=ino Offset=off Length=len"),
        ("fuse_notify_inval_entry_out", typeof(NotifyInvalidateEntry), "Parent=parent NameLength=namelen Flags=flags"),
        ("fuse_notify_delete_out", typeof(NotifyDelete), "Parent=parent Child=child NameLength=namelen Padding=padding"),
        ("fuse_backing_map", typeof(BackingMap), "Descriptor=fd Flags=flags Padding=padding"),
    ];

    /// <summary>What Debian's header, 7.38, does not know: from the kernel's include/uapi/linux/fuse.h, 7.45 (native/README.md).</summary>
    private static readonly Dictionary<string, ulong> Newer = new()
    {
        ["FUSE_STATX"] = 52,
        ["FUSE_DIRECT_IO_ALLOW_MMAP"] = 1UL << 36,
        ["FUSE_CREATE_SUPP_GROUP"] = 1UL << 34,
        ["fuse_backing_map"] = 16,
        ["fuse_backing_map.fd"] = 0,
        ["fuse_backing_map.flags"] = 4,
        ["fuse_backing_map.padding"] = 8,
        ["fuse_open_out.backing_id"] = 12,
        ["fuse_init_out.max_stack_depth"] = 36,
        ["fuse_init_out.request_timeout"] = 40,
        ["fuse_copy_file_range_out"] = 8,
        ["fuse_copy_file_range_out.bytes_copied"] = 0,
        ["FOPEN_PASSTHROUGH"] = 1 << 7,
        ["FUSE_PASSTHROUGH"] = 1UL << 37,
        ["FUSE_NO_EXPORT_SUPPORT"] = 1UL << 38,
        ["FUSE_HAS_RESEND"] = 1UL << 39,
        ["FUSE_ALLOW_IDMAP"] = 1UL << 40,
        ["FUSE_OVER_IO_URING"] = 1UL << 41,
        ["FUSE_REQUEST_TIMEOUT"] = 1UL << 42,
        ["FUSE_COPY_FILE_RANGE_64"] = 53,
        ["FUSE_DEV_IOC_BACKING_OPEN"] = 0x4010E501,
        ["FUSE_DEV_IOC_BACKING_CLOSE"] = 0x4004E502,
    };

    private static readonly Lazy<Dictionary<string, ulong>> Header = new(() =>
    {
        var printed = CProgram.Run("fuse_layout.c").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).ToDictionary(w => w[0], w => ulong.Parse(w[1]));
        foreach (var (name, value) in Newer)
        {
            Assert.True(!printed.TryGetValue(name, out ulong real) || real == value, $"{name}: the header says {real}, the test's constant {value}");
            printed[name] = value;
        }

        return printed;
    });

    public static TheoryData<string> StructureNames => [.. Structures.Select(s => s.C)];

    public static TheoryData<string, ulong> Constants
    {
        get
        {
            var data = new TheoryData<string, ulong>();
            void Enumerate<T>(string prefix, Func<string, string> toC)
                where T : struct, Enum
            {
                foreach (var value in Enum.GetValues<T>().Where(v => Convert.ToUInt64(v) != 0))
                {
                    data.Add(prefix + toC(value.ToString()), Convert.ToUInt64(value));
                }
            }

            Enumerate<Opcode>("", n => n == "CuseInit" ? "CUSE_INIT" : "FUSE_" + n.ToUpperInvariant() switch { "COPYFILERANGE" => "COPY_FILE_RANGE", "COPYFILERANGE64" => "COPY_FILE_RANGE_64", "NOTIFYREPLY" => "NOTIFY_REPLY", "BATCHFORGET" => "BATCH_FORGET", var c => c });
            Enumerate<NotifyCode>("FUSE_NOTIFY_", n => n switch { "InvalidateInode" => "INVAL_INODE", "InvalidateEntry" => "INVAL_ENTRY", _ => "DELETE" });
            Enumerate<FuseOpenFlags>("FOPEN_", n => n switch { "DirectIo" => "DIRECT_IO", "KeepCache" => "KEEP_CACHE", "CacheDirectory" => "CACHE_DIR", "ParallelDirectWrites" => "PARALLEL_DIRECT_WRITES", _ => n.ToUpperInvariant() });
            Enumerate<SetAttrValid>("FATTR_", n => n switch { "AccessTime" => "ATIME", "ModifyTime" => "MTIME", "Handle" => "FH", "AccessTimeNow" => "ATIME_NOW", "ModifyTimeNow" => "MTIME_NOW", "ChangeTime" => "CTIME", "KillSuidGid" => "KILL_SUIDGID", _ => n.ToUpperInvariant() });
            Enumerate<InitFlags>("FUSE_", InitFlagName);
            data.Add("FUSE_COMPAT_SETXATTR_IN_SIZE", (ulong)Unsafe.SizeOf<SetXattrIn>());
            data.Add("fuse_init_in", (ulong)(Unsafe.SizeOf<InitIn>() + Unsafe.SizeOf<InitExtIn>()));
            data.Add("fuse_init_in.flags2", (ulong)Unsafe.SizeOf<InitIn>());
            data.Add("FUSE_GETATTR_FH", GetAttrIn.HasHandle);
            data.Add("FUSE_WRITE_CACHE", WriteIn.FromCache);
            data.Add("FUSE_WRITE_KILL_SUIDGID", WriteIn.KillSuidGid);
            data.Add("FUSE_FSYNC_FDATASYNC", FsyncIn.DataOnly);
            data.Add("FUSE_OPEN_KILL_SUIDGID", OpenIn.KillSuidGid);
            data.Add("FUSE_EXPIRE_ONLY", NotifyInvalidateEntry.ExpireOnly);
            data.Add("FUSE_ROOT_ID", NodeId.Root.Value);
            data.Add("FUSE_DEV_IOC_CLONE", DeviceTransport.IocClone);
            data.Add("FUSE_DEV_IOC_BACKING_OPEN", DeviceTransport.IocBackingOpen);
            data.Add("FUSE_DEV_IOC_BACKING_CLOSE", DeviceTransport.IocBackingClose);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(StructureNames))]
    public void A_structure_lies_in_memory_as_in_C(string name)
    {
        CProgram.SkipWithoutCompiler();
        var (c, ours, fields) = Structures.Single(s => s.C == name);
        var pairs = fields.Split(' ').Select(f => f.Split('=')).ToDictionary(f => f[0], f => f[1]);

        Assert.Equal(Header.Value[c], (ulong)Marshal.SizeOf(ours));
        var fieldNames = ours.GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic).Select(f => f.Name);
        Assert.Equal(pairs.Keys.Order(), fieldNames.Order());
        Assert.All(pairs, p => Assert.Equal((p.Key, Header.Value[$"{c}.{p.Value}"]), (p.Key, (ulong)Marshal.OffsetOf(ours, p.Key))));
    }

    [Theory]
    [MemberData(nameof(Constants))]
    public void A_constant_has_the_value_that_C_gives_it(string name, ulong ours)
    {
        CProgram.SkipWithoutCompiler();
        Assert.Equal(Header.Value[name], ours);
    }

    [Fact]
    public void No_wire_structure_is_left_out()
    {
        var covered = Structures.Select(s => s.Ours).Concat([typeof(InitIn), typeof(InitExtIn), typeof(SetXattrIn), typeof(CreateOut)]);
        var all = typeof(InHeader).Assembly.GetTypes().Where(t => t is { Namespace: "AgentBay.Fuse.Wire", IsValueType: true, IsEnum: false, IsByRefLike: false, IsNested: false });
        Assert.Empty(all.Except(covered));
        Assert.Equal(Unsafe.SizeOf<EntryOut>() + Unsafe.SizeOf<OpenOut>(), Unsafe.SizeOf<CreateOut>());
    }

    private static string InitFlagName(string name) => name switch
    {
        "AtomicOpenTruncate" => "ATOMIC_O_TRUNC",
        "DoReaddirPlus" => "DO_READDIRPLUS",
        "ReaddirPlusAuto" => "READDIRPLUS_AUTO",
        "ParallelDirOps" => "PARALLEL_DIROPS",
        "HandleKillPriv" => "HANDLE_KILLPRIV",
        "HandleKillPrivV2" => "HANDLE_KILLPRIV_V2",
        "SecurityContext" => "SECURITY_CTX",
        // PosixLocks → POSIX_LOCKS
        _ => string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString())),
    };
}
