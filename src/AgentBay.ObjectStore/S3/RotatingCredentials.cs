using Amazon.Runtime;

namespace AgentBay.ObjectStore.S3;

/// <summary>
/// Credentials that are found anew when the store refuses the ones in use: tokens end, and files and roles get other keys under a program that runs for weeks.
/// The SDK refreshes those of roles and processes before they end; this is for those whose end it does not know.
/// </summary>
internal sealed class RotatingCredentials(Func<AWSCredentials> find, TimeProvider time) : AWSCredentials
{
    // A refusal that other credentials cannot help with must not ask a role's service for new ones at each call.
    private static readonly TimeSpan VainPause = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim renewing = new(1);
    private long? vainSince;
    private volatile AWSCredentials current = find();

    public override ImmutableCredentials GetCredentials() => current.GetCredentials();

    public override Task<ImmutableCredentials> GetCredentialsAsync() => current.GetCredentialsAsync();

    /// <summary>The process or the service that is asked may hang, and cannot be told to stop.</summary>
    internal Task<ImmutableCredentials> GetCredentialsAsync(CancellationToken cancellationToken) => GetCredentialsAsync().WaitAsync(cancellationToken);

    /// <returns>Whether there are others now than the refused ones, so that the call may be tried again.</returns>
    internal async Task<bool> RenewAsync(ImmutableCredentials refused, CancellationToken cancellationToken)
    {
        await renewing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (await DiffersAsync(refused, cancellationToken).ConfigureAwait(false))
            {
                return true;   // Another call renewed them.
            }

            if (vainSince is { } since && time.GetElapsedTime(since) < VainPause)
            {
                return false;
            }

            // Before they are looked for: to fail at that is in vain too.
            vainSince = time.GetTimestamp();
            (current as RefreshingAWSCredentials)?.ClearCredentials();
            current = find();
            bool renewed = await DiffersAsync(refused, cancellationToken).ConfigureAwait(false);
            vainSince = renewed ? null : vainSince;
            return renewed;
        }
        finally
        {
            _ = renewing.Release();
        }
    }

    private async Task<bool> DiffersAsync(ImmutableCredentials refused, CancellationToken cancellationToken)
    {
        var now = await GetCredentialsAsync(cancellationToken).ConfigureAwait(false);
        return now.AccessKey != refused.AccessKey || now.SecretKey != refused.SecretKey || now.Token != refused.Token;
    }
}
