namespace AgentBay.Fs.Policies;

/// <summary>Lifecycles as the API writes them, and their days.</summary>
public static class LifecycleNames
{
    /// <summary>All ten, in the order in which messages list them.</summary>
    public static IReadOnlyList<Lifecycle> All { get; } =
    [
        Lifecycle.Days1, Lifecycle.Days3, Lifecycle.Days5, Lifecycle.Days10, Lifecycle.Days15,
        Lifecycle.Days30, Lifecycle.Days90, Lifecycle.Days180, Lifecycle.Days360, Lifecycle.Forever,
    ];

    extension(Lifecycle lifecycle)
    {
        /// <summary>Null: forever.</summary>
        public int? Days => lifecycle == Lifecycle.Forever ? null : (int)lifecycle;

        /// <summary><c>Lifecycle_30Days</c>.</summary>
        public string WireName => lifecycle switch
        {
            Lifecycle.Forever => "Lifecycle_Forever",
            Lifecycle.Days1 => "Lifecycle_1Day",
            _ => $"Lifecycle_{(int)lifecycle}Days",
        };
    }
}
