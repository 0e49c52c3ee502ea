using System.Security.Cryptography;
using System.Text;
using AgentBay.Fs.Files;
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

    /// <summary>Sets the lifecycle of a policy's paths, all of them folders; <see cref="Lifecycle.Forever"/> takes their rules away. Other paths keep theirs.</summary>
    /// <exception cref="PolicyException">A path is a file: stores expire by prefix, so its rule would take every file whose name begins like it.</exception>
    public async Task ApplyAsync(ContextRecord context, RecyclePolicy policy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(policy);
        var keys = new ContextKeys(context.Prefix, store.Properties.MaxKeyBytes);
        List<TreePath> folders = [.. policy.Paths.Select(path => FilePath.ParseFolder(path)).Distinct()];
        if (policy.Lifecycle.Days is not null)
        {
            _ = await Task.WhenAll(folders.Select(folder => CheckFolderAsync(folder, keys, cancellationToken)));
        }

        Dictionary<string, ExpiryRule> rules = (await OfContextAsync(context.Id, cancellationToken)).ToDictionary(rule => rule.Id);
        Dictionary<string, ExpiryRule> before = new(rules);
        foreach (string prefix in folders.Select(folder => keys.For(folder, folder: true)))
        {
            string id = IdOf(context.Id, prefix);
            _ = rules.Remove(id);
            if (policy.Lifecycle.Days is { } days)
            {
                rules.Add(id, new ExpiryRule(id, prefix, days));
            }
        }

        if (rules.Count != before.Count || rules.Any(rule => before.GetValueOrDefault(rule.Key) != rule.Value))
        {
            await store.SetExpiryRulesAsync(OwnerOf(context.Id), [.. rules.Values.OrderBy(rule => rule.Prefix, StringComparer.Ordinal)], cancellationToken);
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

    private async Task<bool> CheckFolderAsync(TreePath folder, ContextKeys keys, CancellationToken cancellationToken) =>
        folder.IsRoot || await store.HeadAsync(keys.For(folder, folder: false), cancellationToken) is null ? true
        : throw new PolicyException($"Recycle policy path '/{folder}' is a file. Please use exact directory paths instead.");

    private static string OwnerOf(string contextId) => $"agentbay-{contextId}-";

    private static string IdOf(string contextId, string prefix) =>
        OwnerOf(contextId) + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(prefix)))[..IdDigits];
}
