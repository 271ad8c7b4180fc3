using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console.Cli;

namespace Devices.Cli.Bridge;

/// <summary>Flags of <c>bridge verify</c>.</summary>
public class BridgeFileSettings : GlobalSettings
{
    [CommandArgument(0, "<FILE>")]
    [Description("The backup.")]
    public string File { get; init; } = "";
}

/// <summary>Flags of <c>bridge restore</c>.</summary>
public sealed class BridgeRestoreSettings : BridgeFileSettings
{
    [CommandOption("--data <DIR>")]
    [Description("Data directory of the new bridge: not there yet, or empty.")]
    public string Data { get; init; } = "";

    [CommandOption("--postgres <FILE>")]
    [Description("Restore the store into the empty PostgreSQL database whose connection string is in this file (mode 0600). Without it into SQLite.")]
    public string? Postgres { get; init; }
}

/// <summary>Flags of <c>bridge backup</c>.</summary>
public sealed class BridgeBackupSettings : GlobalSettings
{
    [CommandOption("--data <DIR>")]
    [Description("Data directory of the bridge, which may be running.")]
    public string Data { get; init; } = "";

    [CommandOption("--to <FILE>")]
    [Description("The file to make (mode 0600: it holds the bridge's root key). It must not be there yet.")]
    public string To { get; init; } = "";
}
