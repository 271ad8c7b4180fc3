using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console.Cli;

namespace Devices.Cli.Ledger;

/// <summary>Flags of the <c>ledger</c> commands.</summary>
public class LedgerSettings : GlobalSettings
{
    [CommandArgument(0, "<FILE>")]
    [Description("ledger.db of a terminal's state folder.")]
    public string File { get; init; } = "";
}
