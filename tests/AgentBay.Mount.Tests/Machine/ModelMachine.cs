using System.Diagnostics;
using AgentBay.ObjectStore;
using AgentBay.Posix;
using AgentBay.Testing;
using AgentBay.Testing.Http;

namespace AgentBay.Mount.Tests;

/// <summary>A box whose context stays mounted for many of the model's sequences; kills, remounts, new machines and lost connections are real.</summary>
internal sealed class ModelMachine : IAsyncDisposable
{
    /// <summary>Until a process that is dead is gone.</summary>
    private static readonly TimeSpan Reaping = TimeSpan.FromSeconds(2);

    private readonly MountBox box;
    private readonly HttpRelay? relay;
    private Process? daemon;
    private string? nextFault;
    private bool armed;
    private (StoreCall Call, int Number, bool AfterEffect)? storeFault;

    private ModelMachine(MountBox box, IObjectStore store)
    {
        this.box = box;
        Store = store;
        if (!box.StoreUrl.StartsWith('/'))
        {
            relay = new HttpRelay(new Uri(box.Bucket.Server.Endpoint), RelayAsync);
            box.ReachStoreBy($"http://127.0.0.1:{relay.Port}");
        }
    }

    public MountBox Box => box;

    /// <summary>As another session has it.</summary>
    public IObjectStore Store { get; }

    /// <summary>Of the context's keys.</summary>
    public string Prefix { get; private set; } = "";

    /// <summary>The daemon has ended itself at the step that was ordered.</summary>
    public bool WasKilled => armed && daemon!.HasExited;

    public static async Task<ModelMachine> StartAsync(Machine machine, StoreKind kind)
    {
        MountBox box = await MountBox.CreateAsync(machine, kind, Who.Root);
        var started = new ModelMachine(box, StoreUrl.Open(box.StoreUrl, StoreOpenOptions.Default));
        try
        {
            await started.MountAsync();
            started.Prefix = $"contexts/{await box.ContextIdAsync()}/";
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>From the next mount on: a daemon that runs learns of no steps.</summary>
    public void KillAt(string step, int number) => nextFault = $"{step}:{number}";

    /// <summary>The n-th such request breaks its connection, before the server sees it or instead of its answer.</summary>
    public void BreakConnection(StoreCall call, int number, bool afterEffect) => storeFault = (call, number, afterEffect);

    public async Task RemountAsync()
    {
        await UnmountAsync();
        await MountAsync();
    }

    public async Task MoveToNewMachineAsync()
    {
        await UnmountAsync();
        box.NewCache();
        await MountAsync();
    }

    public async Task KillAsync(Func<Task> meanwhile)
    {
        daemon!.Kill();
        await Eventually.EndsAsync(daemon);
        await meanwhile();
        await MountAsync();
    }

    /// <summary>Whether this is what programs see of a daemon that has ended itself as it was told; waits until it is gone.</summary>
    public bool IsOfKill(Exception error)
    {
        bool disconnected = error is PosixException { Error: Errno.ENOTCONN or Errno.ECONNABORTED }
            || error.Message.Contains("endpoint is not connected", StringComparison.Ordinal) || error.Message.Contains("connection abort", StringComparison.Ordinal)
            || error.Message.Contains("ended before it answered", StringComparison.Ordinal);
        if (armed)
        {
            _ = daemon!.WaitForExit(disconnected ? Eventually.Limit : Reaping); // A command of ours may have failed because the daemon just died.
        }

        return WasKilled;
    }

    public async ValueTask DisposeAsync()
    {
        daemon?.Dispose();
        await (relay?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Store.DisposeAsync();
        await box.DisposeAsync();
    }

    /// <summary>Until all is stored; a daemon that is to kill itself may do so now.</summary>
    private async Task UnmountAsync()
    {
        Ran unmounted = await box.AgentBayAsync("unmount", box.Mount);
        while (armed && unmounted.ExitCode != 0)
        {
            await MountAsync();
            unmounted = await box.AgentBayAsync("unmount", box.Mount);
        }

        _ = unmounted.Ok();
    }

    /// <summary>A daemon that is to kill itself writes back only when it is told to, so that it does not die in the middle of something else that succeeded.</summary>
    private async Task MountAsync()
    {
        daemon?.Dispose();
        string[] unarmed = ["--write-back", "1s"];
        if (nextFault is { } fault)
        {
            armed = await box.MountArmedAsync(fault, ["--write-back", "off"], unarmed);
        }
        else
        {
            armed = false;
            await box.MountAsync(unarmed);
        }

        nextFault = null;
        daemon = Process.GetProcessById(box.DaemonFromHolder());
    }

    private async Task<RelayResponse?> RelayAsync(RelayRequest request, Func<RelayRequest, Task<RelayResponse>> forward, CancellationToken cancellationToken)
    {
        bool breaks, afterEffect;
        lock (box)
        {
            if (storeFault is not { } fault || fault.Call != CallOf(request))
            {
                (breaks, afterEffect) = (false, false);
            }
            else
            {
                (breaks, afterEffect) = (fault.Number == 1, fault.AfterEffect);
                storeFault = breaks ? null : fault with { Number = fault.Number - 1 };
            }
        }

        RelayResponse? answer = breaks && !afterEffect ? null : await forward(request);
        return breaks ? null : answer;
    }

    private static StoreCall? CallOf(RelayRequest request) => (request.Method, request.Parameters.FirstOrDefault()) switch
    {
        ("PUT", "partNumber") => StoreCall.UploadPart,
        ("PUT", _) => request.Header("x-amz-copy-source") is null ? StoreCall.Put : StoreCall.Copy,
        ("POST", "uploads") => StoreCall.BeginMultipart,
        ("POST", "uploadId") => StoreCall.CompleteMultipart,
        ("DELETE", _) => StoreCall.Delete,
        ("HEAD", _) => StoreCall.Head,
        ("GET", _) => request.Parameters.Contains("list-type") ? StoreCall.List : StoreCall.Get,
        _ => null,
    };
}
