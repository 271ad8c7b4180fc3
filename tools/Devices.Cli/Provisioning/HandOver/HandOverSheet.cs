using System.Globalization;
using System.Net;
using System.Text;
using Devices.Cli.Provisioning.Run;

namespace Devices.Cli.Provisioning.HandOver;

/// <summary>What the sheet says, besides the steps.</summary>
/// <param name="Certificate">Its SHA-256; null while it is open.</param>
internal sealed record SheetFacts(LabelText Label, string Board, string? Mcu, IReadOnlyDictionary<string, string> Versions, string? Certificate, DateTimeOffset? ValidTo, byte[] LabelPng);

/// <summary>The sheet that goes with a terminal: one HTML page of A4, complete in itself, to be printed. It holds no secret and no person.</summary>
internal static class HandOverSheet
{
    public static string Compose(SheetFacts facts, IReadOnlyList<JournalStep> steps, SheetTexts texts)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $$"""
            <!DOCTYPE html>
            <html lang="{{texts.Language}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{{texts.Title}}: {{Text(facts.Label.Terminal)}}</title>
            <style>
            @page { size: A4; margin: 16mm } body { font: 11pt/1.4 system-ui, "Noto Sans CJK SC", sans-serif; color: #111; max-width: 180mm; margin: auto }
            h1 { font-size: 18pt } h2 { font-size: 12pt; margin: 6mm 0 2mm } table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: 1mm 2mm; border-bottom: 1px solid #ccc }
            th { white-space: nowrap } code { word-break: break-all } img { width: 60mm; border: 1px solid #ccc } .sign td { height: 14mm } .open { color: #a00; font-weight: bold }
            </style></head><body>
            <h1>{{texts.Title}}: {{Text(facts.Label.Terminal)}}</h1>
            <p><img alt="" src="data:image/png;base64,{{Convert.ToBase64String(facts.LabelPng)}}"></p>
            <table>
            """);
        Row(page, texts.Terminal, facts.Label.Terminal);
        Row(page, texts.Site, facts.Label.Site);
        Row(page, texts.Place, facts.Label.Place);
        Row(page, texts.Board, facts.Board);
        Row(page, texts.Serial, facts.Label.Serial);
        Row(page, texts.Mcu, facts.Mcu);
        Row(page, texts.Bridge, facts.Label.Bridge);
        Row(page, texts.Versions, string.Join(", ", facts.Versions.Select(one => $"{one.Key} {one.Value}")));
        page.Append(CultureInfo.InvariantCulture, $"<tr><th>{texts.Certificate}</th><td>");
        if (facts.Certificate is null) page.Append(CultureInfo.InvariantCulture, $"<span class=\"open\">{texts.Open}</span>");
        else page.Append(CultureInfo.InvariantCulture, $"{texts.ValidTo} {facts.ValidTo:yyyy-MM-dd} · {texts.Fingerprint} <code>{facts.Certificate}</code>");
        page.Append(CultureInfo.InvariantCulture, $"</td></tr>\n</table>\n<h2>{texts.Steps}</h2>\n<table><tr><th>{texts.Step}</th><th>{texts.Result}</th><th>{texts.Took}</th></tr>\n");
        foreach (JournalStep step in steps)
        {
            string open = step.State == "done" ? "" : $"<span class=\"open\">{texts.Open}</span> ";
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(step.Title)}</td><td>{open}{Text(step.Found)}</td><td>{step.Seconds:0.0}</td></tr>\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"</table>\n<p>{texts.Daily}</p>\n");
        if (facts.Label.Contact is { Length: > 0 } contact) page.Append(CultureInfo.InvariantCulture, $"<h2>{texts.Call}</h2><p>{Text(contact)}</p>\n");
        page.Append(CultureInfo.InvariantCulture, $"<table class=\"sign\"><tr><th>{texts.Handed}</th><td></td><th>{texts.Date}</th><td></td></tr><tr><th>{texts.Received}</th><td></td><th>{texts.Date}</th><td></td></tr></table>\n</body></html>\n");
        return page.ToString();
    }

    private static void Row(StringBuilder page, string title, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value)) page.Append(CultureInfo.InvariantCulture, $"<tr><th>{title}</th><td>{Text(value)}</td></tr>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
