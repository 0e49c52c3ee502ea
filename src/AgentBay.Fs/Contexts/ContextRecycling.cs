using System.Security.Cryptography;
using System.Text;
using AgentBay.Fs.Keys;
using AgentBay.Fs.Policies;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Contexts;

/// <summary>
/// Recycle policies as expiry rules of the store: each folder of a context has its own rule, which stays until another policy says something
/// else of that folder, or the context is deleted. An object's time runs from its upload.
/// </summary>
public sealed class ContextRecycling(IObjectStore store)
{
    private const int IdDigits = 16;

    /// <summary>Says whether a policy can be applied, before anything is changed.</summary>
    /// <exception cref="PolicyException">A path is a file: stores expire by prefix, so its rule would take every file whose name begins like it. Or it is too long.</exception>
    public async Task CheckAsync(ContextRecord context, RecyclePolicy policy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(policy);
        var keys = new ContextKeys(context.Prefix, store.Properties.MaxKeyBytes);
        _ = policy.Folders.Select(folder => PrefixOf(folder, keys)).ToList();
        if (policy.Lifecycle.Days is not null)
        {
            await Task.WhenAll(policy.Folders.Where(folder => !folder.IsRoot).Select(folder => RefuseFileAsync(folder, keys, cancellationToken)));
        }
    }

    /// <summary>
    /// Sets the lifecycle of a policy's folders. <see cref="Lifecycle.Forever"/> takes away the rules of these and of all folders below them: what is to be kept
    /// is not deleted by what an earlier policy said of a part of it. Other folders keep theirs.
    /// </summary>
    /// <exception cref="PolicyException">As <see cref="CheckAsync"/>.</exception>
    public async Task ApplyAsync(ContextRecord context, RecyclePolicy policy, CancellationToken cancellationToken)
    {
        await CheckAsync(context, policy, cancellationToken);
        var keys = new ContextKeys(context.Prefix, store.Properties.MaxKeyBytes);
        string[] prefixes = [.. policy.Folders.Select(folder => PrefixOf(folder, keys))];
        IReadOnlyList<ExpiryRule> before = await OfContextAsync(context.Id, cancellationToken);
        IEnumerable<ExpiryRule> after = policy.Lifecycle.Days is { } days
            ? before.Where(rule => !prefixes.Contains(rule.Prefix)).Concat(prefixes.Select(prefix => new ExpiryRule(IdOf(context.Id, prefix), prefix, days)))
            : before.Where(rule => !prefixes.Any(prefix => rule.Prefix.StartsWith(prefix, StringComparison.Ordinal)));
        ExpiryRule[] rules = [.. after.OrderBy(rule => rule.Prefix, StringComparer.Ordinal)];
        if (!rules.SequenceEqual(before.OrderBy(rule => rule.Prefix, StringComparer.Ordinal)))
        {
            await store.SetExpiryRulesAsync(OwnerOf(context.Id), rules, cancellationToken);
        }
    }

    /// <summary>Takes away all rules of a context.</summary>
    internal async Task RemoveAsync(string contextId, CancellationToken cancellationToken)
    {
        try
        {
            if ((await OfContextAsync(contextId, cancellationToken)).Count > 0)
            {
                await store.SetExpiryRulesAsync(OwnerOf(contextId), [], cancellationToken);
            }
        }
        catch (StoreException mayNot) when (mayNot.Kind is StoreErrorKind.AccessDenied or StoreErrorKind.Refused)
        {
            // A rule for a prefix that holds nothing does nothing.
        }
    }

    private async Task<IReadOnlyList<ExpiryRule>> OfContextAsync(string contextId, CancellationToken cancellationToken) =>
        [.. (await store.GetExpiryRulesAsync(cancellationToken)).Where(rule => rule.Id.StartsWith(OwnerOf(contextId), StringComparison.Ordinal))];

    private async Task RefuseFileAsync(TreePath folder, ContextKeys keys, CancellationToken cancellationToken)
    {
        if (await store.HeadAsync(keys.For(folder, folder: false), cancellationToken) is not null)
        {
            throw new PolicyException($"Recycle policy path '/{folder}' is a file. Please use exact directory paths instead.");
        }
    }

    private static string PrefixOf(TreePath folder, ContextKeys keys) => keys.CanHold(folder) ? keys.For(folder, folder: true)
        : throw new PolicyException($"Recycle policy path '/{folder}' is too long for a key of a store.");

    private static string OwnerOf(string contextId) => $"agentbay-{contextId}-";

    private static string IdOf(string contextId, string prefix) =>
        OwnerOf(contextId) + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(prefix)))[..IdDigits];
}
