using System.ComponentModel;
using Spectre.Console.Cli;

namespace Devices.Cli.Ledger;

/// <summary>Flags of <c>devices ledger show</c>.</summary>
public sealed class LedgerShowSettings : LedgerSettings
{
    [CommandOption("--from <SEQ>")]
    [Description("First punch to show.")]
    [DefaultValue(1L)]
    public long From { get; init; } = 1;

    [CommandOption("--count <N>")]
    [Description("How many at most; all where it is left out.")]
    public long? Count { get; init; }
}
