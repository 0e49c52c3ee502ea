using System.Xml;
using Amazon.S3;
using Amazon.S3.Model;

namespace AgentBay.ObjectStore.S3;

public sealed partial class S3Store
{
    private const int ExpiryTries = 5;

    private static readonly TimeSpan ExpiryPause = TimeSpan.FromMilliseconds(200);

    public async Task<IReadOnlyList<ExpiryRule>> GetExpiryRulesAsync(CancellationToken cancellationToken) =>
        [.. (await ReadLifecycleAsync(cancellationToken).ConfigureAwait(false)).Rules.Read(where.Prefix).Where(static r => !r.OfUploads)];

    public async Task SetExpiryRulesAsync(string ownerPrefix, IReadOnlyList<ExpiryRule> rules, CancellationToken cancellationToken)
    {
        ExpiryRuleCheck.Check(ownerPrefix, rules, Properties);
        if (rules.FirstOrDefault(static r => !IsXml(r.Prefix)) is { } wrong)
        {
            throw Failed(StoreErrorKind.Refused, "set an expiry rule for", wrong.Prefix, "XML, in which rules are sent, cannot hold its characters");
        }

        var (current, transitions) = await ReadLifecycleAsync(cancellationToken).ConfigureAwait(false);
        for (int attempt = 1; !current.Has(ownerPrefix, where.Prefix, rules); attempt++)
        {
            if (attempt > ExpiryTries)
            {
                throw Failed(StoreErrorKind.Busy, "set the expiry rules of", ownerPrefix, "another program keeps writing the bucket's lifecycle rules");
            }

            await WriteLifecycleAsync(current.With(ownerPrefix, where.Prefix, rules), transitions, cancellationToken).ConfigureAwait(false);

            // Somebody who read before we wrote may write after us, and a server may show the old rules for a moment.
            await Task.Delay(ExpiryPause * (attempt - 1), cancellationToken).ConfigureAwait(false);
            (current, transitions) = await ReadLifecycleAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(LifecycleDocument Rules, string? TransitionDefault)> ReadLifecycleAsync(CancellationToken cancellationToken)
    {
        try
        {
            var document = await CallAsync("read the lifecycle rules", "", c => c.GetLifecycleAsync(where.Bucket, cancellationToken), cancellationToken).ConfigureAwait(false);
            return (LifecycleDocument.Parse(document.Xml), document.TransitionDefault);
        }
        catch (StoreException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchLifecycleConfiguration" or "NoSuchLifecycle" })
        {
            return (LifecycleDocument.Empty, null);
        }
        catch (XmlException e)
        {
            throw S3Errors.Create(StoreErrorKind.Busy, where, "read the lifecycle rules", $"the answer is not XML: {e.Message}", e);
        }
    }

    private Task WriteLifecycleAsync(LifecycleDocument rules, string? transitionDefault, CancellationToken cancellationToken) => CallAsync(
        "write the lifecycle rules", "",
        c => rules.IsEmpty
            ? c.DeleteLifecycleConfigurationAsync(new DeleteLifecycleConfigurationRequest { BucketName = where.Bucket }, cancellationToken)
            : c.PutLifecycleAsync(where.Bucket, new S3WireClient.Document(rules.ToBytes(), transitionDefault), where.Dialect, cancellationToken),
        cancellationToken);
}
