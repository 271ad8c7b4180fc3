using Devices.Bridge.Scale;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Retention;

namespace Devices.Bridge;

/// <summary>The bridge's settings, below <c>Bridge:</c>. Every port may be 0: a free one is taken and told in the ready line.</summary>
public sealed record BridgeOptions
{
    /// <summary>Directory of <c>bridge.db</c> and <c>ca/</c>; made with mode 0700.</summary>
    public string Data { get; set; } = "bridge-data";

    /// <summary>DNS names and IP addresses under which terminals and browsers reach the bridge, beside localhost and 127.0.0.1. A comma may separate several.</summary>
    public IList<string> Names { get; init; } = [];

    /// <summary>Where punches are kept: <c>sqlite</c> (<c>bridge.db</c> in <see cref="Data"/>) or <c>postgres</c>.</summary>
    public string Store { get; set; } = "sqlite";

    public PostgresOptions Postgres { get; init; } = new();

    /// <summary>What this process does: <c>all</c> by itself; or <c>ingest</c>, <c>writer</c> or <c>web</c>, one of several on one PostgreSQL database (Scale/README.md).</summary>
    public string Role { get; set; } = BridgeRoles.All;

    /// <summary>With a role other than <c>all</c>: this node's name, one of its own among all nodes.</summary>
    public string Node { get; set; } = "";

    /// <summary>How long things are kept.</summary>
    public RetentionOptions Retention { get; init; } = new();

    public MqttOptions Mqtt { get; init; } = new();
    public HttpOptions Http { get; init; } = new();
    public HttpsOptions Https { get; init; } = new();
    public SiteOptions Site { get; init; } = new();
    public CaOptions Ca { get; init; } = new();

    public string DatabaseFile => Path.Combine(Data, "bridge.db");
    public string CaDirectory => Path.Combine(Data, "ca");

    /// <summary>Whether it is one of several on one database.</summary>
    public bool Several => Role != BridgeRoles.All;

    /// <summary>Whether terminals connect to it.</summary>
    public bool TakesTerminals => Role is BridgeRoles.All or BridgeRoles.Ingest;

    /// <summary>Whether it serves people, delivers, signs certificates and does all else that is done by one process.</summary>
    public bool Keeps => Role is BridgeRoles.All or BridgeRoles.Web;

    internal StoreSeat Seat => Several ? new(true, Node, Keeps) : StoreSeat.Alone;
}

public sealed record PostgresOptions
{
    /// <summary>File of mode 0600 with the connection string, such as <c>Host=/run/postgresql;Database=devices;Username=devices</c>.</summary>
    public string ConnectionFile { get; set; } = "";
}

public sealed record MqttOptions
{
    public int Port { get; set; } = 8883;

    /// <summary>Address to listen on; <c>*</c> for all.</summary>
    public string Bind { get; set; } = "*";

    /// <summary>Terminals connected at a time.</summary>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>Longest keep-alive a terminal may ask for, in seconds; none (0) is refused too.</summary>
    public int MaxKeepAliveSeconds { get; set; } = 300;
}

public sealed record HttpOptions
{
    /// <summary>Where the HR pages are served without TLS: loopback unless told otherwise.</summary>
    public string Url { get; set; } = "http://127.0.0.1:5080";
}

public sealed record HttpsOptions
{
    /// <summary>Enrolment (RFC 7030) and the HR pages over TLS with a certificate from the bridge's own CA.</summary>
    public int Port { get; set; } = 5443;

    /// <summary>Address to listen on; <c>*</c> for all.</summary>
    public string Bind { get; set; } = "*";
}

public sealed record CaOptions
{
    /// <summary>Days after its end in which a terminal's certificate may still be renewed, and used for nothing else.</summary>
    public int GraceDays { get; set; } = 30;

    /// <summary>Days for which a certificate stays good after its successor was first used.</summary>
    public int OverlapDays { get; set; } = 7;

    /// <summary>Life of a terminal's certificate in days. It is renewed after two thirds.</summary>
    public int TerminalDays { get; set; } = 365;

    public Pkcs11Options Pkcs11 { get; init; } = new();

    internal string? Check() =>
        GraceDays is < 0 or > 365 ? $"Bridge:Ca:GraceDays is {GraceDays}: it is 0 to 365."
        : OverlapDays is < 1 or > 90 ? $"Bridge:Ca:OverlapDays is {OverlapDays}: it is 1 to 90."
        : TerminalDays is < 7 or > 825 ? $"Bridge:Ca:TerminalDays is {TerminalDays}: it is 7 to 825."
        : Pkcs11.Check();
}

/// <summary>Where the authority's keys are, where they are not files: in a token behind a PKCS#11 library.</summary>
public sealed record Pkcs11Options
{
    /// <summary>The library, such as <c>/usr/lib/softhsm/libsofthsm2.so</c>; empty: keys are files in <c>ca/</c>.</summary>
    public string Module { get; set; } = "";

    /// <summary>Label of the token.</summary>
    public string Token { get; set; } = "";

    /// <summary>File of mode 0600 with the user PIN.</summary>
    public string PinFile { get; set; } = "";

    /// <summary>Label of the root's key in it.</summary>
    public string Key { get; set; } = "devices-root";

    internal string? Check() =>
        Module.Length == 0 ? Token.Length + PinFile.Length == 0 ? null : "Bridge:Ca:Pkcs11:Module is empty: give the PKCS#11 library, or take the other Bridge:Ca:Pkcs11 settings away."
        : Token.Length == 0 ? "Bridge:Ca:Pkcs11:Token is empty: give the token's label."
        : PinFile.Length == 0 ? "Bridge:Ca:Pkcs11:PinFile is empty: give a file of mode 0600 with the token's user PIN."
        : Key.Length == 0 ? "Bridge:Ca:Pkcs11:Key is empty: give the label of the root's key."
        : null;
}

public sealed record SiteOptions
{
    /// <summary>IANA zone in which days are counted.</summary>
    public string TimeZone { get; set; } = "Asia/Shanghai";

    /// <summary>When the site works, as <c>09:00-18:00</c>, <c>08:00-12:00,13:30-17:30</c> or <c>22:00-06:00</c>; empty: days are the calendar's and nobody is late.</summary>
    public string Shift { get; set; } = "";

    /// <summary>JSON file with several shifts, who works them when, and the calendar's exceptions; instead of <see cref="Shift"/>. Read again when it changes.</summary>
    public string PlanFile { get; set; } = "";

    /// <summary><c>platform</c>: who works when is taken from the platform's own schedule, instead of <see cref="Shift"/> and <see cref="PlanFile"/>; empty: it is not.</summary>
    public string Plan { get; set; } = "";

    /// <summary>With <see cref="Plan"/>: userid of an administrator of attendance, in whose name the platform is asked.</summary>
    public string PlanOperator { get; set; } = "";

    /// <summary>Days on which the shift is worked, 1 is Monday.</summary>
    public string WorkDays { get; set; } = "1-5";

    /// <summary>Minutes after a start that are still on time.</summary>
    public int PermitLate { get; set; }

    /// <summary>Minutes before an end that are not early.</summary>
    public int PermitEarly { get; set; }

    /// <summary>Minutes by which one may come later and stay longer.</summary>
    public int Flexible { get; set; }
}
