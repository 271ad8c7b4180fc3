using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CsvHelper;
using Devices.Cli.App;
using Devices.Cli.Flash;
using Devices.Cli.Flash.Serial;
using Devices.Cli.Provisioning.Bundles;
using Devices.Cli.Provisioning.HandOver;
using Devices.Cli.Provisioning.Run;
using Devices.Cli.Wifi;
using Spectre.Console;

namespace Devices.Cli.Provisioning.Batch;

/// <summary>
/// <c>devices provision batch</c>: at a desk, for a list of boards: a sealed bundle and a label for each, and the MCUs on this desk's USB hub set up beside it. The boards then
/// take their bundles wherever they are. What is done is not done again.
/// </summary>
public sealed class BatchCommand(IAnsiConsole console, CliHost host) : CliCommand<BatchSettings>(console, host)
{
    protected override async Task<ExitCode> RunAsync(BatchSettings settings, Output output, CancellationToken cancellationToken)
    {
        string[] missing = [.. new (string? Value, string Flag)[] { (settings.Csv, "--csv"), (settings.Bridge, "--bridge"), (settings.Out, "--out") }.Where(one => string.IsNullOrWhiteSpace(one.Value)).Select(one => one.Flag)];
        if (missing.Length > 0) throw new CliException(ExitCodes.AnswerMissing, $"{string.Join(" and ", missing)} {(missing.Length > 1 ? "are" : "is")} missing.", "Give the named flags.");
        string csv = Path.GetFullPath(settings.Csv!, Host.WorkingDirectory), folder = Path.GetFullPath(settings.Out!, Host.WorkingDirectory);
        if (!File.Exists(csv)) throw new CliException(ExitCodes.ListRefused, $"There is no list {csv}.", "Give --csv with the list's path.");
        IReadOnlyList<BatchRow> rows = BatchList.Read(await File.ReadAllBytesAsync(csv, cancellationToken));
        List<(BatchRow Row, ProvisionAnswers Answers, ProvisionPlan Plan, Label Label)> boards = Judge(rows, settings);
        string? wifi = Wifi(rows, settings);
        BundleMaker maker = new(Host, settings.Hours);
        Directory.CreateDirectory(folder, Files.Private);
        using FileStream held = Files.Lock(Path.Combine(folder, "batch.lock"), folder);
        BatchJournal journal = new(folder);
        using BundleSeal seal = new(BundleReader.Passphrase(settings.PassphraseFile, $"Passphrase of all bundles ({BundleSeal.LeastPassphrase} characters or more):", output, Host));
        // Each claim pins the root; one bridge, so it is asked once for each root that the list names.
        Dictionary<string, string> roots = [];
        foreach (var board in boards.DistinctBy(one => one.Plan.Claim.RootSha256)) roots[board.Plan.Claim.RootSha256] = await BundleMaker.RootsAsync(board.Plan, Host, cancellationToken);

        Task[] mcus = [.. boards.Where(one => one.Row.Mcu is not null).Select(one => Task.Run(() => Mcu(one.Row, one.Answers, one.Plan, wifi, journal, cancellationToken), CancellationToken.None))];
        foreach (var (row, answers, plan, label) in boards)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string name = Path.Combine(folder, row.Terminal);
            BatchEntry entry = WithPassword(journal, row);
            if (!entry.Label || !File.Exists(name + ".png"))
            {
                Files.WriteAtomically(name + ".png", label.ToPng(), Files.Public);
                Files.WriteAtomically(name + ".zpl", label.ToZpl(), Files.Public);
            }

            if (!entry.Bundle || !File.Exists(name + ".bundle") || entry.BundleUntil <= Host.Clock.GetUtcNow())
            {
                // The MCU that was set up here is not set up again on the board.
                ProvisionAnswers inside = answers with { Roots = roots[plan.Claim.RootSha256], Mcu = null, Ssid = row.Mcu is null ? row.Ssid : null, McuHost = row.McuHost };
                DateTimeOffset until = maker.Write(name + ".bundle", seal, inside, row.Serial, row.Mcu is null && row.Ssid is not null ? settings.WifiPasswordFile : null, entry.McuPassword);
                Update(journal, row, one => one with { Label = true, Bundle = true, BundleUntil = until });
            }
            else
            {
                Update(journal, row, one => one with { Label = true });
            }
        }

        await Task.WhenAll(mcus);
        cancellationToken.ThrowIfCancellationRequested();
        await File.WriteAllTextAsync(Path.Combine(folder, "labels.zpl"), string.Concat(boards.Select(one => one.Label.ToZpl())), cancellationToken);
        return await ResultAsync(boards, journal, folder, output, cancellationToken);
    }

    // Everything that can be known beforehand is: a fault in line 50 must not show after 49 boards.
    private List<(BatchRow, ProvisionAnswers, ProvisionPlan, Label)> Judge(IReadOnlyList<BatchRow> rows, BatchSettings settings)
    {
        List<(BatchRow, ProvisionAnswers, ProvisionPlan, Label)> boards = [];
        List<string> faults = [];
        foreach (BatchRow row in rows)
        {
            ProvisionAnswers answers = new()
            {
                Bridge = settings.Bridge, BridgeMqtt = settings.BridgeMqtt, BridgeName = settings.BridgeName, Claim = row.Claim, Terminal = row.Terminal, State = "/", Site = row.Site, Place = row.Place, TimeZone = row.TimeZone,
                Camera = row.Camera, ModelPack = settings.ModelPack, McuPort = settings.McuPort, Mcu = row.Mcu ?? (row.Ssid is null ? null : "auto"), McuHost = row.McuHost ?? "0.0.0.0", Ssid = row.Ssid, Language = row.Language, Contact = row.Contact, StepTimeout = settings.StepTimeout,
            };
            try
            {
                ProvisionPlan plan = ProvisionPlan.Of(answers, Host);
                boards.Add((row, answers, plan, new Label(HandOverStep.Text(plan, answers, row.Serial))));
            }
            catch (CliException fault) when (fault.Code == ExitCodes.LabelRefused)
            {
                faults.Add($"line {row.Line}: {fault.Message.TrimEnd('.')}");
            }
        }

        return faults.Count == 0 ? boards : throw new CliException(ExitCodes.ListRefused, $"The list of boards has {faults.Count} {(faults.Count == 1 ? "fault" : "faults")}; nothing was begun: {string.Join("; ", faults)}.");
    }

    private string? Wifi(IReadOnlyList<BatchRow> rows, BatchSettings settings)
    {
        if (!rows.Any(row => row.Ssid is not null)) return null;
        if (settings.WifiPasswordFile is not { } file) throw new CliException(ExitCodes.AnswerMissing, "The list names Wi-Fi networks, and their password is missing.", "Give --wifi-password-file.");
        string path = Path.GetFullPath(file, Host.WorkingDirectory);
        if (!File.Exists(path)) throw new CliException(ExitCodes.Usage, $"There is no password file '{file}'.");
        string password = File.ReadLines(path, Encoding.UTF8).FirstOrDefault() ?? "";
        return WifiRules.PasswordFault(password) is { } fault ? throw new CliException(ExitCodes.Usage, $"The Wi-Fi password {fault}") : password;
    }

    // Both the bundle and the MCU get it, in whichever order; so it is noted before either.
    private static BatchEntry WithPassword(BatchJournal journal, BatchRow row)
    {
        lock (journal)
        {
            BatchEntry entry = journal.Of(row);
            if (entry.McuPassword is not null) return entry;
            entry = entry with { McuPassword = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), Mcu = row.Mcu is null };
            journal.Note(entry);
            return entry;
        }
    }

    private static void Update(BatchJournal journal, BatchRow row, Func<BatchEntry, BatchEntry> change)
    {
        lock (journal) journal.Note(change(journal.Of(row)));
    }

    private void Mcu(BatchRow row, ProvisionAnswers answers, ProvisionPlan plan, string? wifi, BatchJournal journal, CancellationToken cancellationToken)
    {
        BatchEntry entry = WithPassword(journal, row);
        if (entry.Mcu) return;
        try
        {
            using ISerialLine line = SerialPorts.Open(row.Mcu!, 115_200);
            var board = new ImprovClient(line, Host);
            bool joined = board.IsProvisioned(cancellationToken);
            if (row.Ssid is { } ssid && !joined) board.Join(ssid, wifi!, cancellationToken);
            board.Configure(McuSteps.Texts(plan, answers, entry.McuPassword!), cancellationToken);
            Update(journal, row, one => one with { Mcu = true, Fault = null, Code = 0 });
        }
        catch (SerialLineException fault)
        {
            CliException told = FlashFaults.Explain(fault);
            Update(journal, row, one => one with { Fault = told.Message, Code = told.Code.Number });
        }
        catch (CliException fault)
        {
            Update(journal, row, one => one with { Fault = fault.Message, Code = fault.Code.Number });
        }
        catch (OperationCanceledException)
        {
            // Told by the command; the next run does it.
        }
    }

    private static async Task<ExitCode> ResultAsync(List<(BatchRow Row, ProvisionAnswers Answers, ProvisionPlan Plan, Label Label)> boards, BatchJournal journal, string folder, Output output, CancellationToken cancellationToken)
    {
        List<BatchResult> results = [.. boards.Select(one => (one.Row, Entry: journal.Of(one.Row))).Select(one => new BatchResult(
            one.Row.Line, one.Row.Terminal, one.Entry.Mcu ? "ready" : "failed", one.Row.Terminal + ".bundle", one.Entry.BundleUntil, one.Row.Mcu is null ? "on the board" : one.Entry.Mcu ? "set up" : "failed", one.Entry.Mcu ? 0 : one.Entry.Code, one.Entry.Mcu ? null : one.Entry.Fault))];
        // With a byte order mark: it is opened in a spreadsheet, and sites have Chinese names.
        await using (FileStream file = File.Create(Path.Combine(folder, "result.csv")))
        await using (CsvWriter csv = CsvWriter.Create(file, new CsvWriterOptions { WriteByteOrderMark = true, Separator = ',', NewLine = "\r\n", Injection = CsvInjection.Escape, FormatProvider = CultureInfo.InvariantCulture }, leaveOpen: true))
        {
            await csv.WriteRecordAsync(["line", "terminal", "result", "bundle", "opens_until", "mcu", "code", "fault"], cancellationToken);
            foreach (BatchResult one in results)
            {
                string[] cells = [one.Line.ToString(CultureInfo.InvariantCulture), one.Terminal, one.Result, one.Bundle, one.OpensUntil?.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) ?? "", one.Mcu, one.Code.ToString(CultureInfo.InvariantCulture), one.Fault ?? ""];
                await csv.WriteRecordAsync(cells, cancellationToken);
            }

            await csv.FlushAsync(cancellationToken);
        }

        int failed = results.Count(one => one.Result == "failed");
        foreach (BatchResult one in results.Where(one => one.Result == "failed")) output.Say($"line {one.Line}, {one.Terminal}: {one.Fault}", Color.Red);
        output.Say($"{results.Count} boards: {results.Count - failed} ready, {failed} failed. Bundles, labels and result.csv are in {folder}.", failed == 0 ? Color.Green : Color.Red);
        output.Json(new BatchReport(failed == 0, folder, results), CliJson.Default.BatchReport);
        return failed == 0 ? ExitCodes.Ok : ExitCodes.NotAllProvisioned;
    }
}
