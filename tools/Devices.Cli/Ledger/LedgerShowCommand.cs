using System.Globalization;
using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Ledger;

/// <summary><c>devices ledger show FILE</c>: the punches as they stand, unchecked.</summary>
public sealed class LedgerShowCommand(IAnsiConsole console, CliHost host) : CliCommand<LedgerShowSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(LedgerShowSettings settings, Output output, CancellationToken cancellationToken)
    {
        if (settings.From < 1 || settings.Count < 0) throw new CliException(ExitCodes.Usage, "--from counts from 1 and --count from 0.");
        List<PunchRow> rows = LedgerFiles.Read(Path.GetFullPath(settings.File, Host.WorkingDirectory), reader =>
        {
            var all = new List<PunchRow>();
            foreach (var stored in reader.Read(settings.From, settings.Count ?? long.MaxValue))
            {
                cancellationToken.ThrowIfCancellationRequested();
                all.Add(PunchRow.Of(stored, reader));
            }

            return all;
        });
        var table = new Table().AddColumns("Seq", "Time (UTC)", "Clock", "Person", "Method", "Score", "Sealed");
        foreach (PunchRow row in rows)
            table.AddRow($"{row.Seq}", Time(row.At), row.Clock, Markup.Escape(row.Person), row.Method, row.Score?.ToString("F2", CultureInfo.InvariantCulture) ?? "", row.Sealed ? "yes" : "held");
        if (rows.Count == 0) output.Say("No punches there.");
        else output.Show(table);
        output.Json(rows, CliJson.Default.ListPunchRow);
        return Task.FromResult(ExitCodes.Ok);
    }

    private static string Time(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
