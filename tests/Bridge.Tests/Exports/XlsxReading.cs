using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using DocumentFormat.OpenXml.Validation;

namespace Devices.Bridge.Tests.Exports;

/// <summary>A cell as Microsoft's own library reads it back.</summary>
/// <param name="Format">The number format that the cell is shown in.</param>
internal sealed record ReadCell(string Text, bool IsText, bool HasFormula, string Format);

/// <summary>Opens a spreadsheet with the Open XML SDK, and checks it against the schema.</summary>
internal static class XlsxReading
{
    public static List<ReadCell?[]> Read(Stream file, bool validate = true)
    {
        using SpreadsheetDocument document = SpreadsheetDocument.Open(file, isEditable: false);
        if (validate) new OpenXmlValidator().Validate(document).Select(e => $"{e.Path?.XPath}: {e.Description}").ShouldBeEmpty();
        WorkbookPart book = document.WorkbookPart!;
        Dictionary<uint, string> formats = book.WorkbookStylesPart?.Stylesheet?.NumberingFormats?.Elements<NumberingFormat>().ToDictionary(f => f.NumberFormatId!.Value, f => f.FormatCode!.Value!) ?? [];
        List<CellFormat> styles = [.. book.WorkbookStylesPart!.Stylesheet!.CellFormats!.Elements<CellFormat>()];
        List<string> shared = [.. book.SharedStringTablePart?.SharedStringTable?.Elements<SharedStringItem>().Select(s => s.InnerText) ?? []];
        List<ReadCell?[]> rows = [];
        foreach (Row row in book.WorksheetParts.Single().Worksheet!.GetFirstChild<SheetData>()!.Elements<Row>())
        {
            List<ReadCell?> cells = [];
            foreach (Cell cell in row.Elements<Cell>())
            {
                uint format = styles[(int)(cell.StyleIndex?.Value ?? 0)].NumberFormatId?.Value ?? 0;
                bool text = cell.DataType?.Value is { } type && (type == CellValues.InlineString || type == CellValues.SharedString || type == CellValues.String);
                string value = cell.DataType?.Value == CellValues.SharedString ? shared[int.Parse(cell.CellValue!.Text, null)] : cell.InlineString?.InnerText ?? cell.CellValue?.Text ?? "";
                cells.Add(value.Length == 0 && !text ? null : new(Unescape(value), text, cell.CellFormula is not null, formats.GetValueOrDefault(format, format == 49 ? "@" : $"#{format}")));
            }

            rows.Add([.. cells]);
        }

        return rows;
    }

    /// <summary>Whether the first row stays in sight.</summary>
    public static bool Frozen(Stream file)
    {
        using SpreadsheetDocument document = SpreadsheetDocument.Open(file, isEditable: false);
        return document.WorkbookPart!.WorksheetParts.Single().Worksheet!.Descendants<Pane>().Any(p => p.State?.Value == PaneStateValues.Frozen && p.VerticalSplit?.Value == 1);
    }

    // As Excel reads it: _x000D_ is the character of that number.
    private static string Unescape(string text) => System.Text.RegularExpressions.Regex.Replace(text, "_x([0-9A-Fa-f]{4})_", m => ((char)Convert.ToInt32(m.Groups[1].Value, 16)).ToString());
}
