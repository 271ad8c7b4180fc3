using System.Globalization;
using CsvHelper;
using Devices.Bridge.Spreadsheets;
using Devices.Bridge.Store;
using Devices.Contract.Punches;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Delivery.Targets.CsvDrop;

/// <summary>The contents of one file: RFC 4180 (commas, CR LF, quotes doubled), UTF-8, one header row, site-local times with their offset.</summary>
public static class CsvFile
{
    private static readonly LocalDatePattern Day = LocalDatePattern.Iso;
    private static readonly OffsetDateTimePattern Full = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:sso<+HH:mm>");

    /// <summary>By the ids of its first and last punch, so that the same file has the same name after any crash. Never one that is read as hidden.</summary>
    public static string Name(long first, long last) => string.Create(CultureInfo.InvariantCulture, $"punches-{first:D10}-{last:D10}.csv");

    /// <summary>Of a file that is dropped again.</summary>
    public static string NameAgain(string name, int copies)
    {
        ArgumentNullException.ThrowIfNull(name);
        string stem = name.Split("-again", 2)[0].Replace(".csv", "", StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"{stem}-again{copies}.csv");
    }

    public static byte[] Bytes(IReadOnlyList<StoredPunch> rows, IReadOnlyDictionary<string, Person> people, DateTimeZone zone, CsvDropOptions options)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(people);
        ArgumentNullException.ThrowIfNull(options);
        using MemoryStream bytes = new();
        CsvWriterOptions format = new() { WriteByteOrderMark = options.ByteOrderMark, NewLine = "\r\n", FormatProvider = CultureInfo.InvariantCulture };
        using (CsvWriter csv = CsvWriter.Create(bytes, format, leaveOpen: true))
        {
            csv.WriteRecord(Head(options));
            foreach (StoredPunch row in rows) csv.WriteRecord(Fields(row, people.GetValueOrDefault(row.Punch.Person), zone, options));
        }

        return bytes.ToArray();
    }

    private static string[] Head(CsvDropOptions options) =>
        [.. options.Names ? (string[])["person", "job_number", "name"] : ["person"], "date", "time", "at", "time_zone", "direction", "method", "clock", "uncertainty_ms", "terminal", "ledger", "seq"];

    private static string[] Fields(StoredPunch row, Person? person, DateTimeZone zone, CsvDropOptions options)
    {
        Punch punch = row.Punch;
        ZonedDateTime at = Instant.FromUnixTimeMilliseconds(punch.At).InZone(zone);
        string Id(string? text) => options.ForSpreadsheets ? SpreadsheetText.OfId(text) : text ?? "";
        string Text(string? text) => options.ForSpreadsheets ? SpreadsheetText.OfText(text) : text ?? "";
        string[] who = options.Names ? [Id(punch.Person), Id(person?.JobNumber), Text(person?.Name ?? row.Name)] : [Id(punch.Person)];
        return
        [
            .. who, Day.Format(at.Date), at.ToString("HH':'mm':'ss", CultureInfo.InvariantCulture), Full.Format(at.ToOffsetDateTime()), zone.Id,
            punch.Direction == PunchDirection.None ? "" : Lower(punch.Direction), Lower(punch.Method), Lower(punch.Clock),
            punch.UncertaintyMs.ToString(CultureInfo.InvariantCulture), Id(punch.Terminal), Id(punch.Ledger.ToString()), punch.Seq.ToString(CultureInfo.InvariantCulture),
        ];
    }

#pragma warning disable CA1308 // The file's words are lower case, as everywhere else in the contract.
    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
