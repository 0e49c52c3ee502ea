using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace AgentBay.ObjectStore.S3;

/// <summary>A bucket's lifecycle configuration as it stands on the wire. It is edited as XML, so that rules of others stay as they are, with all that we do not know of.</summary>
internal sealed class LifecycleDocument
{
    private const string Root = "LifecycleConfiguration";
    private const string Abort = "AbortIncompleteMultipartUpload";
    private const string AbortDays = "DaysAfterInitiation";

    private static readonly XNamespace DefaultNamespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly XElement root;

    private LifecycleDocument(XElement root) => this.root = root;

    internal static LifecycleDocument Empty => new(new XElement(DefaultNamespace + Root));

    internal bool IsEmpty => !Rules.Any();

    private IEnumerable<XElement> Rules => root.Elements().Where(static e => e.Name.LocalName == "Rule");

    /// <exception cref="XmlException">It is not XML.</exception>
    internal static LifecycleDocument Parse(byte[] xml)
    {
        using var reader = XmlReader.Create(new MemoryStream(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        return new LifecycleDocument(XElement.Load(reader, LoadOptions.PreserveWhitespace));
    }

    internal byte[] ToBytes() => Encoding.UTF8.GetBytes(root.ToString(SaveOptions.DisableFormatting));

    /// <summary>The rules, of objects and of uploads, that are switched on and look at nothing but prefix and age, below the store's prefix, which is taken off.</summary>
    internal IReadOnlyList<ExpiryRule> Read(string storePrefix) =>
        [.. Rules.Select(Read).OfType<ExpiryRule>().Where(r => r.Prefix.StartsWith(storePrefix, StringComparison.Ordinal)).Select(r => r with { Prefix = r.Prefix[storePrefix.Length..] })];

    /// <returns>With every rule of this owner below the store's prefix replaced.</returns>
    internal LifecycleDocument With(string ownerPrefix, string storePrefix, IReadOnlyList<ExpiryRule> rules)
    {
        var changed = new XElement(root);
        changed.Elements().Where(e => e.Name.LocalName == "Rule" && IsOwned(e, ownerPrefix, storePrefix)).Remove();
        XNamespace space = changed.Name.Namespace;
        changed.Add(rules.Select(r => new XElement(
            space + "Rule",
            new XElement(space + "ID", r.Id),
            new XElement(space + "Filter", new XElement(space + "Prefix", storePrefix + r.Prefix)),
            new XElement(space + "Status", "Enabled"),
            r.OfUploads ? Action(space, Abort, AbortDays, r.Days) : Action(space, "Expiration", "Days", r.Days))));
        return new LifecycleDocument(changed);
    }

    /// <summary>Whether this owner's rules are these and no others.</summary>
    internal bool Has(string ownerPrefix, string storePrefix, IReadOnlyList<ExpiryRule> rules) =>
        Rules.Where(e => IsOwned(e, ownerPrefix, storePrefix)).Select(Read).ToHashSet().SetEquals(rules.Select(r => r with { Prefix = storePrefix + r.Prefix }));

    private static bool IsOwned(XElement rule, string ownerPrefix, string storePrefix) =>
        (Child(rule, "ID")?.Value ?? "").StartsWith(ownerPrefix, StringComparison.Ordinal) && (PrefixOf(rule) ?? "").StartsWith(storePrefix, StringComparison.Ordinal);

    private static ExpiryRule? Read(XElement rule)
    {
        string? id = Child(rule, "ID")?.Value;
        if (id == null || Child(rule, "Status")?.Value != "Enabled" || PrefixOf(rule) is not { } prefix)
        {
            return null;
        }

        return Days(rule, "Expiration", "Days") is { } days ? new ExpiryRule(id, prefix, days)
            : Days(rule, Abort, AbortDays) is { } begun ? new ExpiryRule(id, prefix, begun) { OfUploads = true }
            : null;
    }

    private static XElement Action(XNamespace space, string action, string unit, int days) =>
        new(space + action, new XElement(space + unit, days.ToString(CultureInfo.InvariantCulture)));

    private static int? Days(XElement rule, string action, string unit) =>
        Child(rule, action) is { } element && int.TryParse(Child(element, unit)?.Value, CultureInfo.InvariantCulture, out int days) ? days : null;

    /// <summary>Of the new form (in a Filter) or the old one; null when the rule looks at more.</summary>
    private static string? PrefixOf(XElement rule)
    {
        if (Child(rule, "Filter") is not { } filter)
        {
            return Child(rule, "Prefix")?.Value;
        }

        return filter.Elements().ToList() switch
        {
            [] => "",
            [{ Name.LocalName: "Prefix" } prefix] => prefix.Value,
            _ => null,
        };
    }

    private static XElement? Child(XElement element, string name) => element.Elements().FirstOrDefault(e => e.Name.LocalName == name);
}
