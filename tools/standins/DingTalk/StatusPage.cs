using System.Globalization;
using System.Net;
using System.Text;

namespace Devices.Standins.DingTalk;

/// <summary>The page at <c>/</c>: records, calls and faults, newest first, refreshed by the browser; no script at all.</summary>
internal sealed class StatusPage(Cloud cloud)
{
    private const int ShownRows = 200;

    private const string Style = """
        :root{color-scheme:light dark;--line:#8884;--soft:#8882}
        body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:1rem}
        .tag{background:#b45309;color:#fff;border-radius:.3rem;padding:.1rem .5rem;font-size:.85rem}
        .wide{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
        caption{text-align:left;font-size:1.2rem;font-weight:600;padding:.5rem 0}
        th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);white-space:nowrap}
        thead th{background:var(--soft)}.n{text-align:right;font-variant-numeric:tabular-nums}.none{opacity:.75}
        """;

    public string Render()
    {
        lock (cloud.Gate)
        {
            var html = new StringBuilder();
            html.Append(CultureInfo.InvariantCulture, $"""
                <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
                <meta http-equiv="refresh" content="5"><title>DingTalk stand-in</title><style>{Style}</style></head><body><main>
                <h1>DingTalk <span class="tag">stand-in, not the real cloud</span></h1>
                <p>Organisation {E(cloud.Settings.CorpId)}; people: {cloud.People.Members.Count()}. Its clock reads {Local(cloud.Now)}.
                Metered calls in {cloud.Month}: <strong>{cloud.Calls.Used(cloud.Month)}</strong> of {cloud.Settings.MonthlyCalls}.</p>
                """);
            Faults(html);
            Records(html);
            Attempts(html);
            Calls(html);
            return html.Append("</main></body></html>").ToString();
        }
    }

    private void Faults(StringBuilder html) => Table(
        html,
        "Faults in force",
        ["Id", "What", "Left", "Fired"],
        cloud.Faults.All.Where(f => f.Left != 0).Select(f => (string[])
        [
            Text(f.Id), E(Words(f.Request)), f.Left is { } left ? Text(left) : f.Request.Probability is null ? "until removed" : "by chance", Text(f.Fired),
        ]),
        numbers: [0, 3]);

    /// <summary>The fields that say something: what is false, zero or a seed without dice is left out.</summary>
    private static string Words(FaultRequest fault) => string.Join(", ", Json.Write(fault).AsObject()
        .Where(p => p.Value?.ToJsonString() is not ("false" or "0") && (p.Key != "seed" || fault.Probability is not null))
        .Select(p => p.Key == "kind" ? $"{p.Value}" : $"{p.Key} {p.Value}"));

    private void Records(StringBuilder html) => Table(
        html,
        $"Recorded punches: {cloud.Punches.Punches.Count}",
        ["Order", "Person", "Name", "Punch time", "Arrived", "Device", "Device id", "Judged"],
        cloud.Punches.Punches.Reverse().Take(ShownRows).Select(p => (string[])
        [
            Text(p.Order), E(p.Userid), E(cloud.People.Find(p.Userid)?.Name ?? "unknown"), Local(p.UserCheckTime), Local(p.ReceivedAt),
            E(p.DeviceName), E(p.DeviceId), E(p.Invalid ?? "valid"),
        ]),
        numbers: [0]);

    private void Attempts(StringBuilder html) => Table(
        html,
        "Uploads that were not recorded",
        ["Arrived", "Person", "Device id", "user_check_time", "What came of it"],
        cloud.Punches.Attempts.Reverse().Where(a => a.Order is null).Take(ShownRows).Select(a => (string[])
        [
            Local(a.ReceivedAt), E(a.Userid ?? "missing"), E(a.DeviceId ?? "missing"), E(a.UserCheckTime ?? "missing"), E(a.Outcome),
        ]),
        numbers: []);

    private void Calls(StringBuilder html) => Table(
        html,
        "Calls since start",
        ["API", "Received", "Succeeded", "Failed", "Throttled", "Metered", "Last error"],
        cloud.Calls.Counts.Select(c => (string[])
        [
            E(c.Api), Text(c.Received), Text(c.Succeeded), Text(c.Failed), Text(c.Throttled), Text(c.Metered), E(c.LastError ?? "none"),
        ]),
        numbers: [1, 2, 3, 4, 5]);

    private static void Table(StringBuilder html, string caption, string[] heads, IEnumerable<string[]> rows, int[] numbers)
    {
        string Class(int column) => numbers.Contains(column) ? " class=\"n\"" : string.Empty;
        html.Append("<div class=\"wide\" tabindex=\"0\"><table><caption>").Append(E(caption)).Append("</caption><thead><tr>");
        html.AppendJoin(string.Empty, heads.Select((h, i) => $"<th scope=\"col\"{Class(i)}>{h}</th>")).Append("</tr></thead><tbody>");
        var any = false;
        foreach (var row in rows)
        {
            any = true;
            html.Append("<tr>").AppendJoin(string.Empty, row.Select((cell, i) => $"<td{Class(i)}>{cell}</td>")).Append("</tr>");
        }

        if (!any)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"none\" colspan=\"{heads.Length}\">None</td></tr>");
        }

        html.Append("</tbody></table></div>");
    }

    private string Local(long ms) => Local(DateTimeOffset.FromUnixTimeMilliseconds(ms));

    private string Local(DateTimeOffset time) =>
        time.ToOffset(cloud.Settings.Offset).ToString("yyyy-MM-dd HH:mm:ss.fff zzz", CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string E(string text) => WebUtility.HtmlEncode(text);
}
