using System.Globalization;
using System.Text;
using NodaTime;
using SpreadCheetah;
using SpreadCheetah.Styling;
using SpreadCheetah.Worksheets;

namespace Devices.Bridge.Exports;

/// <summary>
/// A table as a spreadsheet, streamed: real dates and times with a format, identifiers as text, and every text as a text cell, which no
/// spreadsheet runs as a formula. The first row stays in sight.
/// </summary>
public sealed class XlsxTable(ExportLayout layout) : ITableWriter
{
    /// <summary>What a sheet holds, its heading not counted.</summary>
    public const int MostRows = 1_048_575;

    private const int LongestText = 32_767;
    private const int Portion = 1_000;

    private readonly DateForms _forms = DateForms.Of(layout.DateFormat);

    /// <inheritdoc/>
    public string Extension => "xlsx";

    /// <inheritdoc/>
    public string ContentType => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// <inheritdoc/>
    /// <exception cref="ExportRefusedException">It has more rows than a sheet.</exception>
    public async Task<long> WriteAsync(ExportTable table, Stream file, Func<long, CancellationToken, Task> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(progress);
        await using Spreadsheet book = await Spreadsheet.CreateNewAsync(file, new SpreadCheetahOptions { CompressionLevel = SpreadCheetahCompressionLevel.Fastest }, cancellationToken);
        StyleId heading = book.AddStyle(new Style { Font = { Bold = true }, Format = NumberFormat.Custom("@") });
        StyleId[] styles = [.. table.Columns.Select(c => book.AddStyle(new Style { Format = NumberFormat.Custom(Format(c.Kind)) }))];
        WorksheetOptions sheet = new() { FrozenRows = 1 };
        for (int i = 0; i < table.Columns.Count; i++) sheet.Column(i + 1).Width = table.Columns[i].Width;
        await book.StartWorksheetAsync(SheetName(table.Title), sheet, cancellationToken);
        StyledCell[] cells = new StyledCell[table.Columns.Count];
        for (int i = 0; i < cells.Length; i++) cells[i] = new(Clean(table.Columns[i].Header), heading);
        await book.AddRowAsync(cells, cancellationToken);
        long rows = 0;
        await foreach (object?[] row in table.Rows.WithCancellation(cancellationToken))
        {
            if (++rows > MostRows) throw new ExportRefusedException("exports.too_many_rows");
            for (int i = 0; i < cells.Length; i++) cells[i] = Cell(row[i], styles[i]);
            await book.AddRowAsync(cells, cancellationToken);
            if (rows % Portion == 0) await progress(rows, cancellationToken);
        }

        await book.FinishAsync(cancellationToken);
        await progress(rows, cancellationToken);
        return rows;
    }

    /// <summary>A moment as spreadsheets count: days since 1899-12-30, of the wall clock that people read (espoon-voltti/evaka#2806).</summary>
    internal static double Serial(LocalDateTime time) =>
        Period.DaysBetween(new LocalDate(1899, 12, 30), time.Date) + Fraction(time.TimeOfDay);

    // Whole seconds: a fraction from milliseconds would show as 08:59:60 here and there.
    internal static double Fraction(LocalTime time) => (time.TickOfDay / NodaConstants.TicksPerSecond) / 86_400.0;

    private string Format(CellKind kind) => kind switch
    {
        CellKind.Date => _forms.ExcelDate,
        CellKind.Time => _forms.ExcelTime,
        CellKind.Moment => _forms.ExcelDateTime,
        CellKind.Whole => "0",
        CellKind.Number => "0.0000",
        _ => "@",
    };

    private static StyledCell Cell(object? value, StyleId style) => value switch
    {
        null => default,
        string text => new(Clean(text), style),
        LocalDate date => new(Serial(date.AtMidnight()), style),
        LocalTime time => new(Fraction(time), style),
        OffsetDateTime moment => new(Serial(moment.LocalDateTime), style),
        double number => new(number, style),
        long number => new(number, style),
        int number => new(number, style),
        _ => throw new InvalidOperationException($"A cell holds a {value.GetType().Name}."),
    };

    // What XML cannot carry is shown as a replacement mark. Excel reads _x000D_ as a carriage return, so its own form of writing is kept apart.
    private static string Clean(string text)
    {
        if (text.Length > LongestText) text = string.Concat(text.AsSpan(0, LongestText - 1), "…");
        StringBuilder? clean = null;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool pair = char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            bool good = pair || (c >= ' ' && !char.IsSurrogate(c) && c is not ('\uFFFE' or '\uFFFF')) || c is '\t' or '\n';
            string? escaped = c == '\r' ? "_x000D_" : c == '_' && IsEscape(text.AsSpan(i)) ? "_x005F_" : good ? null : "\uFFFD";
            if (escaped is not null && clean is null) clean = new StringBuilder(text, 0, i, text.Length + 16);
            if (clean is not null) _ = escaped is null ? clean.Append(c) : clean.Append(escaped);
            if (!pair) continue;
            i++;
            clean?.Append(text[i]);
        }

        return clean?.ToString() ?? text;
    }

    private static bool IsEscape(ReadOnlySpan<char> text) =>
        text.Length >= 7 && text[1] == 'x' && text[6] == '_' && uint.TryParse(text[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);

    // 31 characters without []:*?/\ and no apostrophe at an end.
    private static string SheetName(string title)
    {
        string name = string.Concat(title.Select(c => "[]:*?/\\".Contains(c, StringComparison.Ordinal) || char.IsControl(c) ? ' ' : c)).Trim('\'', ' ');
        return name.Length == 0 ? "1" : name.Length > 31 ? name[..31].TrimEnd('\'', ' ') : name;
    }
}
