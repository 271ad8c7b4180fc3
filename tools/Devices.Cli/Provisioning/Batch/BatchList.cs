using System.Text;
using CsvHelper;
using Devices.Cli.App;
using Devices.Cli.Wifi;
using Devices.Contract.Punches;

namespace Devices.Cli.Provisioning.Batch;

/// <summary>
/// Reads a list of boards: CSV after RFC 4180, UTF-8 with or without a byte order mark, a header with the columns in any order. Every fault of every line is told at once,
/// before anything is begun.
/// </summary>
public static class BatchList
{
    /// <summary>The columns; <c>terminal</c> and <c>claim</c> must be there.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["terminal", "claim", "serial", "site", "place", "time_zone", "camera", "language", "ssid", "mcu", "mcu_host", "contact"];

    private const int Most = 1000, MostFaults = 50;

    /// <exception cref="CliException"><see cref="ExitCodes.ListRefused"/> with every line's fault.</exception>
    public static IReadOnlyList<BatchRow> Read(byte[] file)
    {
        List<string> faults = [];
        List<BatchRow> rows = [];
        List<(int Line, string[] Fields)> records = Records(file);
        if (records.Count == 0) throw new CliException(ExitCodes.ListRefused, "The list is empty.", $"Its first line names the columns: {string.Join(',', Columns)}.");
        string[] header = [.. records[0].Fields.Select(name => name.ToLowerInvariant())];
        foreach (string name in header.Where(name => !Columns.Contains(name))) faults.Add($"line 1: there is no column '{name}'; the columns are {string.Join(", ", Columns)}");
        foreach (string name in (string[])["terminal", "claim"])
            if (!header.Contains(name)) faults.Add($"line 1: the column '{name}' is missing");
        foreach (IGrouping<string, string> twice in header.GroupBy(name => name).Where(group => group.Count() > 1)) faults.Add($"line 1: the column '{twice.Key}' is there twice");
        if (faults.Count > 0) throw Refuse(faults);
        if (records.Count - 1 > Most) throw new CliException(ExitCodes.ListRefused, $"The list has more than {Most} boards.", "Cut it into several.");

        foreach (var (line, fields) in records.Skip(1))
        {
            if (fields.Length != header.Length) faults.Add($"line {line}: it has {fields.Length} fields, the header {header.Length}");
            string? Of(string name) => Array.IndexOf(header, name) is >= 0 and var at && at < fields.Length && fields[at].Length > 0 ? fields[at] : null;
            BatchRow row = new(line, Of("terminal") ?? "", Of("claim") ?? "")
            {
                Serial = Of("serial"), Site = Of("site"), Place = Of("place"), TimeZone = Of("time_zone"), Camera = Of("camera"), Language = Of("language"), Ssid = Of("ssid"), Mcu = Of("mcu"), McuHost = Of("mcu_host"), Contact = Of("contact"),
            };
            faults.AddRange(Faults(row).Select(fault => $"line {line}: {fault}"));
            rows.Add(row);
        }

        foreach (var (what, of) in ((string, Func<BatchRow, string?>)[])[("terminal", row => row.Terminal), ("claim", row => row.Claim), ("serial", row => row.Serial), ("mcu", row => row.Mcu)])
            foreach (IGrouping<string, BatchRow> twice in rows.Where(row => of(row) is { Length: > 0 }).GroupBy(row => of(row)!, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
                // A claim is never repeated in a log.
                faults.Add($"lines {string.Join(" and ", twice.Select(row => row.Line))}: the same {what}{(what == "claim" ? "" : $" '{twice.Key}'")}");
        if (rows.Count == 0) faults.Add("there is no board in it");
        return faults.Count == 0 ? rows : throw Refuse(faults);
    }

    private static List<(int Line, string[] Fields)> Records(byte[] file)
    {
        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(file);
        }
        catch (DecoderFallbackException)
        {
            throw new CliException(ExitCodes.ListRefused, "The list is not UTF-8.", "Save it as \"CSV UTF-8\".");
        }

        List<(int, string[])> records = [];
        try
        {
            // The header is read as a line like the others: a name that is there twice must be told, and not found once.
            using CsvReader csv = CsvReader.Create(file.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? file[3..] : file, new CsvReaderOptions { Separator = ',', HasHeader = false, TrackLineNumbers = true, TrimWhitespace = true, MalformedData = CsvMalformedDataHandling.Throw });
            while (csv.Read())
            {
                string[] fields = new string[csv.FieldCount];
                for (int i = 0; i < fields.Length; i++) fields[i] = csv.GetString(i);
                if (!Array.TrueForAll(fields, string.IsNullOrWhiteSpace)) records.Add(((int)csv.LineNumber, fields));
            }

            return records;
        }
        catch (CsvFormatException fault)
        {
            throw new CliException(ExitCodes.ListRefused, $"The list is not CSV from line {fault.LineNumber} on: a quotation mark is missing, or a line is far too long.", "Correct it there.", fault);
        }
    }

    private static IEnumerable<string> Faults(BatchRow row)
    {
        if (!PunchRules.IsTerminalName(row.Terminal)) yield return $"terminal '{row.Terminal}' must be 1 to 32 of a-z, 0-9 and '-', not beginning with '-'";
        if (ClaimFault(row.Claim) is { } claim) yield return claim;
        if (row.TimeZone is { } zone && Zones.Fault(zone) is { } wrong) yield return $"time_zone {wrong.TrimEnd('.')}";
        if (row.Language is not (null or "en" or "zh-CN")) yield return $"language '{row.Language}' must be en or zh-CN";
        if (row.Ssid is { } ssid && WifiRules.NameFault(ssid) is { } network) yield return $"ssid {network.TrimEnd('.')}";
        if (row.Camera is { } camera && camera != "none" && !camera.StartsWith("v4l2:/", StringComparison.Ordinal) && !camera.StartsWith("mjpeg:http", StringComparison.Ordinal) && !camera.StartsWith("process:", StringComparison.Ordinal))
            yield return $"camera '{camera}' must be v4l2:/dev/video0, mjpeg:http://…, process:… or none";
        if (row.Mcu is not null && row.McuHost is null) yield return "mcu is set up here only with mcu_host, the address at which it will call its board";
    }

    private static string? ClaimFault(string claim)
    {
        try
        {
            Claim.Parse(claim);
            return null;
        }
        catch (CliException fault)
        {
            return fault.Message.TrimEnd('.');
        }
    }

    private static CliException Refuse(List<string> faults) => new(ExitCodes.ListRefused,
        $"The list of boards has {faults.Count} {(faults.Count == 1 ? "fault" : "faults")}; nothing was begun: {string.Join("; ", faults.Take(MostFaults))}{(faults.Count > MostFaults ? "; …" : "")}.");
}
