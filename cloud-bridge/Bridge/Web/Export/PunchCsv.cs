using System.Globalization;
using CsvHelper;
using Devices.Bridge.Spreadsheets;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Filters;
using Devices.Bridge.Web.Time;
using Devices.Contract.Punches;
using Microsoft.Extensions.Localization;

namespace Devices.Bridge.Web.Export;

/// <summary>
/// <c>/punches.csv</c>: the page's filters, every matching row, streamed. UTF-8 with a byte order mark, RFC 4180, local times with
/// their offset, ids as text, formulas neutralised.
/// </summary>
public sealed class PunchCsv(IPunchStore punches, IStringLocalizer<Texts> texts, ReasonTexts reasons, SiteClock clock)
{
    // Handed over in pieces, so that an export of a year neither waits in memory nor blocks a thread.
    private const int RowsAFlush = 200;

    private static readonly string[] Columns =
    [
        "col.employee_id", "col.employee", "col.date", "col.time_of_day", "col.time_iso", "col.zone", "col.clock", "col.uncertainty", "col.method", "col.direction",
        "col.score", "col.threshold", "col.terminal", "col.ledger", "col.seq", "col.stored_at", "col.state", "col.delivered_at", "col.proved_at", "col.attempts", "col.reason",
    ];

    /// <summary>Writes the file. Returns how many punches it holds.</summary>
    public async Task<long> WriteAsync(SiteScope scope, PunchFilters filters, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filters);
        await using CsvWriter csv = CsvWriter.Create(output, new CsvWriterOptions { WriteByteOrderMark = true, FormatProvider = CultureInfo.InvariantCulture }, leaveOpen: true);
        await csv.WriteRecordAsync([.. Columns.Select(c => texts[c].Value)], cancellationToken);
        long rows = 0;
        await foreach (StoredPunch row in punches.StreamAsync(scope, filters.Filter, cancellationToken))
        {
            await csv.WriteRecordAsync(Fields(row), cancellationToken);
            if (++rows % RowsAFlush == 0) await csv.FlushAsync(cancellationToken);
        }

        await csv.FlushAsync(cancellationToken);
        return rows;
    }

    private string[] Fields(StoredPunch row)
    {
        Punch punch = row.Punch;
        return
        [
            SpreadsheetText.OfId(punch.Person),
            SpreadsheetText.OfText(row.Name),
            clock.DateText(punch.At),
            clock.TimeText(punch.At),
            clock.IsoText(punch.At),
            clock.ZoneId,
            texts[$"clock_state.{Names.Lower(punch.Clock)}"],
            punch.UncertaintyMs < 0 ? "" : Number(punch.UncertaintyMs / 1000.0, "0.###"),
            texts[$"method.{Names.Lower(punch.Method)}"],
            punch.Direction == PunchDirection.None ? "" : texts[$"direction.{Names.Lower(punch.Direction)}"],
            punch.Score is { } score ? Number(score, "0.0000") : "",
            punch.Threshold is { } threshold ? Number(threshold, "0.0000") : "",
            SpreadsheetText.OfId(punch.Terminal),
            SpreadsheetText.OfId(punch.Ledger.ToString()),
            punch.Seq.ToString(CultureInfo.InvariantCulture),
            clock.IsoText(row.ReceivedAt),
            texts[$"state.{Names.Lower(row.Delivery)}"],
            row.DeliveredAt is { } delivered ? clock.IsoText(delivered) : "",
            row.ProvedAt is { } proved ? clock.IsoText(proved) : "",
            row.Attempts.ToString(CultureInfo.InvariantCulture),
            SpreadsheetText.OfText(row.Delivery == DeliveryState.Delivered ? row.PlatformNote : reasons.Of(row)),
        ];
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
