using System.Text.RegularExpressions;

namespace Devices.Bridge.Scale;

/// <summary>What a process of the bridge may be.</summary>
public static partial class BridgeRoles
{
    /// <summary>The only one: everything.</summary>
    public const string All = "all";

    /// <summary>Terminals connect to it. It keeps nothing that another of its kind would miss.</summary>
    public const string Ingest = "ingest";

    /// <summary>Takes from the engine and commits.</summary>
    public const string Writer = Store.Sql.SqlNodeStore.Writer;

    /// <summary>HR's pages, enrolment, delivery, roster and whatever else is done once.</summary>
    public const string Web = "web";

    /// <summary>One sentence where role, name and store do not fit, or null.</summary>
    public static string? Check(BridgeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Role is not (All or Ingest or Writer or Web)) return $"Bridge:Role is '{options.Role}': it is all, ingest, writer or web.";
        if (!options.Several) return options.Node.Length == 0 ? null : "Bridge:Node names one of several nodes, and Bridge:Role is all: take Bridge:Node away, or give the role (ingest, writer, web).";
        if (options.Store != "postgres") return $"Bridge:Role is {options.Role}, and several nodes need one PostgreSQL database: set Bridge:Store to postgres.";
        return NodeName().IsMatch(options.Node) ? null : $"Bridge:Node is '{options.Node}': give this node a name of its own, 1 to 32 of a-z, 0-9 and '-'.";
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,31}$")]
    private static partial Regex NodeName();
}
