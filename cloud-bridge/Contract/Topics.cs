using Devices.Contract.Punches;

namespace Devices.Contract;

/// <summary>The MQTT topics between terminal and bridge (design section 6), all below <c>d/{terminal}/</c>.</summary>
public static class Topics
{
    public const string Hello = "hello";
    public const string Punches = "punches";
    public const string Photo = "photo";
    public const string Event = "event";
    public const string Status = "status";
    public const string State = "state";
    public const string Roster = "roster";
    public const string Command = "command";
    public const string Result = "result";
    public const string Applied = "applied";
    public const string Vault = "vault";
    public const string Relay = "relay";
    public const string Config = "config";
    public const string Update = "update";

    /// <summary>What a terminal subscribes to.</summary>
    public static IReadOnlyList<string> Down { get; } = [State, Roster, Command, Relay, Config, Update];

    /// <summary><c>d/{terminal}/{leaf}</c>.</summary>
    public static string For(string terminal, string leaf) => $"d/{terminal}/{leaf}";

    /// <summary>Splits <c>d/{terminal}/{leaf}[/…]</c>; false for anything else.</summary>
    public static bool TryParse(string? topic, out string terminal, out string leaf)
    {
        terminal = leaf = "";
        if (topic is null || !topic.StartsWith("d/", StringComparison.Ordinal)) return false;
        int slash = topic.IndexOf('/', 2);
        if (slash < 0 || slash == topic.Length - 1) return false;
        string name = topic[2..slash];
        if (!PunchRules.IsTerminalName(name)) return false;
        terminal = name;
        leaf = topic[(slash + 1)..];
        return true;
    }

    /// <summary>Whether terminals publish on this leaf. <c>photo</c> carries the crop's SHA-256 as one more level.</summary>
    public static bool IsUp(string leaf) => leaf is Hello or Punches or Event or Status or Result or Applied or Vault
        || (leaf.StartsWith(Photo + "/", StringComparison.Ordinal) && PunchChain.TryParseHex(leaf[(Photo.Length + 1)..], out _));

    /// <summary>Whether terminals subscribe to this leaf.</summary>
    public static bool IsDown(string leaf) => Down.Contains(leaf);
}
