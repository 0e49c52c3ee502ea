using System.Text.Json;

namespace AgentBay.Fs.Policies;

/// <summary>One JSON object of a policy, with typed access to its members.</summary>
internal readonly struct PolicyPart
{
    private readonly string name;
    private readonly JsonElement json;

    /// <exception cref="PolicyException">It is no object, or has a member that is not among <paramref name="members"/>.</exception>
    internal PolicyPart(string name, JsonElement json, params IReadOnlyList<string> members)
    {
        (this.name, this.json) = (name, json);
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new PolicyException($"{name} must be a JSON object. Got: {json.GetRawText()}");
        }

        foreach (JsonProperty member in json.EnumerateObject())
        {
            if (!members.Contains(member.Name))
            {
                throw new PolicyException($"Unknown property in {name}: '{member.Name}'. Valid properties are: {string.Join(", ", members)}");
            }
        }
    }

    /// <returns>Null where it is missing or null.</returns>
    internal JsonElement? Part(string member) =>
        json.TryGetProperty(member, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    internal bool Bool(string member, bool otherwise) => Part(member) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw Wrong(member, "true or false", other),
    };

    internal string? Text(string member) => Part(member) is { } value ? TextOf(member, value) : null;

    internal IReadOnlyList<string>? Texts(string member)
    {
        PolicyPart part = this;
        return Part(member) is null ? null : [.. Elements(member).Select(value => part.TextOf(member, value))];
    }

    internal IEnumerable<JsonElement> Elements(string member) => Part(member) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
        { } other => throw Wrong(member, "a list", other),
    };

    /// <param name="spelling">As messages write the member.</param>
    internal T Choice<T>(string member, string spelling, IReadOnlyList<(string Name, T Value)> choices, T otherwise = default)
        where T : struct
    {
        if (Part(member) is not { } value)
        {
            return otherwise;
        }

        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        foreach ((string choice, T meaning) in choices)
        {
            if (choice == text)
            {
                return meaning;
            }
        }

        throw new PolicyException($"Invalid {spelling} value: {text}. Valid values are: {string.Join(", ", choices.Select(choice => choice.Name))}");
    }

    private string TextOf(string member, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(member, "text", value);

    private PolicyException Wrong(string member, string wanted, JsonElement value) =>
        new($"{member} in {name} must be {wanted}. Got: {value.GetRawText()}");
}
