using System.Security.Cryptography;
using System.Text;

namespace AgentBay.ObjectStore;

/// <summary>Uploads in parts that nobody will go on with: parts cost room and are seen nowhere.</summary>
public static class StaleUploads
{
    private const int IdDigits = 16;

    /// <summary>A large file on a slow line takes days, and while it is uploaded nobody else can tell that somebody works on it.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(7);

    /// <summary>Aborts what was begun below a prefix longer ago than <paramref name="age"/>, where the store can list it (<see cref="StoreProperties.ListsUploads"/>).</summary>
    /// <returns>How many.</returns>
    public static async Task<int> AbortAsync(IObjectStore store, string prefix, TimeSpan age, TimeProvider time, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - age;
        var stale = (await store.ListUploadsAsync(prefix, cancellationToken).ConfigureAwait(false)).Where(u => u.Begun < before).ToList();
        await Parallel.ForEachAsync(stale, cancellationToken, async (upload, cancel) => await store.AbortUploadAsync(upload.Key, upload.Id, cancel).ConfigureAwait(false)).ConfigureAwait(false);
        return stale.Count;
    }

    /// <summary>Where the store cannot list them: a rule by which it aborts them itself. OSS takes one rule a prefix, so this prefix should be no other rule's.</summary>
    public static Task AbortByRuleAsync(IObjectStore store, string prefix, TimeSpan age, CancellationToken cancellationToken)
    {
        // Stores may share a bucket, whose rules have ids of their own.
        string owner = "agentbay-uploads-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{store.Properties.Url}\n{prefix}")))[..IdDigits];
        return store.SetExpiryRulesAsync(owner, [new ExpiryRule(owner, prefix, (int)Math.Ceiling(age.TotalDays)) { OfUploads = true }], cancellationToken);
    }
}
