using System.Globalization;
using CsvHelper;
using Devices.Bridge.Spreadsheets;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Exports;

/// <summary>
/// A table as CSV: RFC 4180, UTF-8, CRLF. Text that a spreadsheet would run or change gets an apostrophe (<see cref="SpreadsheetText"/>).
/// </summary>
public sealed class CsvTable(ExportLayout layout) : ITableWriter
{
    // Handed over in pieces, so that an export of a year neither waits in memory nor blocks a thread.
    private const int Portion = 200;

    private static readonly OffsetDateTimePattern Moment = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:sso<+HH:mm>");

    private readonly DateForms _forms = DateForms.Of(layout.DateFormat);

    /// <inheritdoc/>
    public string Extension => "csv";

    /// <inheritdoc/>
    public string ContentType => "text/csv; charset=utf-8";

    /// <inheritdoc/>
    public async Task<long> WriteAsync(ExportTable table, Stream file, Func<long, CancellationToken, Task> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(progress);
        CsvWriterOptions options = new() { WriteByteOrderMark = layout.Mark, Separator = layout.Semicolon ? ';' : ',', FormatProvider = CultureInfo.InvariantCulture };
        await using CsvWriter csv = CsvWriter.Create(file, options, leaveOpen: true);
        await csv.WriteRecordAsync([.. table.Columns.Select(c => SpreadsheetText.OfText(c.Header))], cancellationToken);
        string[] cells = new string[table.Columns.Count];
        long rows = 0;
        await foreach (object?[] row in table.Rows.WithCancellation(cancellationToken))
        {
            for (int i = 0; i < cells.Length; i++) cells[i] = Cell(row[i], table.Columns[i].Kind);
            await csv.WriteRecordAsync(cells, cancellationToken);
            if (++rows % Portion != 0) continue;
            await csv.FlushAsync(cancellationToken);
            await progress(rows, cancellationToken);
        }

        await csv.FlushAsync(cancellationToken);
        await progress(rows, cancellationToken);
        return rows;
    }

    private string Cell(object? value, CellKind kind) => value switch
    {
        null => "",
        LocalDate date => _forms.Text(date),
        LocalTime time => _forms.Text(time),
        OffsetDateTime moment => Moment.Format(moment),
        // A point in any language: a comma would be the separator of half the world.
        double number => number.ToString("0.0000", CultureInfo.InvariantCulture),
        string id when kind == CellKind.Id => SpreadsheetText.OfId(id),
        string words => SpreadsheetText.OfText(words),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"A cell holds a {value.GetType().Name}."),
    };
}
