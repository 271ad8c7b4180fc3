namespace Devices.Faults.Plan;

/// <summary>What a machine must allow for a kind of fault.</summary>
[Flags]
internal enum Needs
{
    Nothing = 0,

    /// <summary>Namespaces, TUN devices, mounts: root.</summary>
    Isolation = 1,

    /// <summary>libfaketime.</summary>
    FakeTime = 2,

    /// <summary>The bridge runs on PostgreSQL.</summary>
    Postgres = 4,
}

/// <summary>One kind of fault.</summary>
/// <param name="Name">As <c>--kinds</c> takes it.</param>
/// <param name="Lane">Which row of the plan it belongs to: faults of one lane follow each other, those of different lanes overlap.</param>
/// <param name="Needs">Without it the kind is left out, with a sentence.</param>
/// <param name="Weight">How often it is drawn among its lane's kinds.</param>
/// <param name="HoldMs">How long it lasts, ms: least and most.</param>
/// <param name="Words">For the table.</param>
internal sealed record FaultKind(string Name, Lane Lane, Needs Needs, int Weight, (int Least, int Most) HoldMs, string Words)
{
    /// <summary>Every kind, in the table's order.</summary>
    public static IReadOnlyList<FaultKind> All { get; } =
    [
        new("agent-kill", Lane.Agent, Needs.Nothing, 5, (0, 1500), "agent: SIGKILL, started again"),
        new("agent-freeze", Lane.Agent, Needs.Nothing, 6, (200, 4000), "agent: SIGSTOP, SIGCONT"),
        new("agent-power", Lane.Agent, Needs.Isolation, 3, (0, 1500), "agent: SIGKILL, started again in another boot (its clock unknown until the bridge answers)"),
        new("agent-clock-step", Lane.Agent, Needs.FakeTime, 5, (500, 2500), "agent: its wall clock steps by up to three days, to and fro"),
        new("agent-clock-drift", Lane.Agent, Needs.FakeTime, 3, (1000, 3000), "agent: its wall clock runs at half to twice its pace"),
        new("agent-disk-full", Lane.Agent, Needs.Isolation, 2, (500, 2500), "agent: its disk is full, then has room again"),
        new("mcu-kill", Lane.Mcu, Needs.Nothing, 6, (0, 800), "MCU: power cut (SIGKILL), started again"),
        new("mcu-freeze", Lane.Mcu, Needs.Nothing, 5, (200, 3000), "MCU: SIGSTOP, SIGCONT"),
        new("mcu-cut", Lane.McuLink, Needs.Isolation, 5, (300, 4000), "MCU–agent: packets vanish, no FIN, no RST"),
        new("mcu-cut-half", Lane.McuLink, Needs.Isolation, 4, (300, 4000), "MCU–agent: packets vanish in one direction only"),
        new("mcu-noise", Lane.McuLink, Needs.Isolation, 6, (500, 2500), "MCU–agent: packets lost, doubled, late, out of order, damaged"),
        new("mcu-resend", Lane.McuLink, Needs.Nothing, 6, (500, 2500), "MCU–agent: MQTT publishes delivered twice and out of order"),
        new("uplink-cut", Lane.Uplink, Needs.Isolation, 5, (300, 5000), "agent–bridge: packets vanish, no FIN, no RST"),
        new("uplink-cut-half", Lane.Uplink, Needs.Isolation, 4, (300, 5000), "agent–bridge: packets vanish in one direction only"),
        new("uplink-noise", Lane.Uplink, Needs.Isolation, 6, (500, 2500), "agent–bridge: packets lost, doubled, late, out of order, damaged"),
        new("uplink-resend", Lane.Uplink, Needs.Nothing, 6, (500, 2500), "agent–bridge: MQTT publishes delivered twice and out of order"),
        new("bridge-kill", Lane.Bridge, Needs.Nothing, 4, (0, 1500), "bridge: SIGKILL, started again"),
        new("bridge-freeze", Lane.Bridge, Needs.Nothing, 5, (200, 4000), "bridge: SIGSTOP, SIGCONT"),
        new("bridge-clock", Lane.Bridge, Needs.FakeTime, 3, (500, 2500), "bridge: its wall clock steps by up to 20 s, to and fro"),
        new("bridge-disk-full", Lane.Bridge, Needs.Isolation, 3, (500, 3000), "bridge: its disk is full, then has room again"),
        new("database-kill", Lane.Bridge, Needs.Postgres, 4, (0, 1500), "PostgreSQL: SIGKILL of the whole server, started again"),
        new("database-freeze", Lane.Bridge, Needs.Postgres, 4, (200, 3000), "PostgreSQL: SIGSTOP of the whole server, SIGCONT"),
        new("platform-kill", Lane.Platform, Needs.Nothing, 2, (0, 1000), "platform: SIGKILL, started again"),
        new("platform-freeze", Lane.Platform, Needs.Nothing, 4, (200, 3000), "platform: SIGSTOP, SIGCONT"),
        new("platform-lost-answer", Lane.Platform, Needs.Nothing, 8, (100, 800), "platform: records, then closes without an answer"),
        new("platform-lost-call", Lane.Platform, Needs.Nothing, 6, (100, 800), "platform: closes before it records"),
        new("platform-500", Lane.Platform, Needs.Nothing, 6, (100, 800), "platform: HTTP 500, 502 or 503, before or after recording"),
        new("platform-slow", Lane.Platform, Needs.Nothing, 6, (100, 800), "platform: answers after the bridge has given up, recorded or not"),
        new("platform-throttle", Lane.Platform, Needs.Nothing, 4, (100, 800), "platform: calls throttled"),
        new("platform-token", Lane.Platform, Needs.Nothing, 4, (100, 800), "platform: the token ends before its time"),
        new("platform-packets", Lane.Platform, Needs.Isolation, 5, (300, 2500), "bridge–platform: packets vanish or are lost by nftables"),
        new("platform-lie", Lane.Platform, Needs.Nothing, 5, (500, 2000), "platform: says success for a person's punch and records nothing"),
        new("board-restored", Lane.Board, Needs.Nothing, 1, (0, 0), "board: an older copy of its state put back"),
        new("board-cloned", Lane.Board, Needs.Isolation, 1, (0, 0), "board: two boards run with the same state"),
    ];

    public static FaultKind Of(string name) => All.First(k => k.Name == name);
}

/// <summary>What a fault is done to. Lanes run beside each other.</summary>
internal enum Lane
{
    /// <summary>A terminal's agent process and its machine.</summary>
    Agent,

    /// <summary>A terminal's MCU.</summary>
    Mcu,

    /// <summary>The link between MCU and agent.</summary>
    McuLink,

    /// <summary>The link between agent and bridge.</summary>
    Uplink,

    /// <summary>The bridge with its database.</summary>
    Bridge,

    /// <summary>The platform.</summary>
    Platform,

    /// <summary>A whole terminal, while nothing else happens: at the end of a round.</summary>
    Board,
}
