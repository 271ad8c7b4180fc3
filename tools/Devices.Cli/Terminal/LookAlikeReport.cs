using System.Text.Json;

namespace Devices.Cli.Terminal;

/// <summary>The <c>--json</c> form of <c>devices people lookalikes</c>.</summary>
public sealed record LookAlikeReport(long People, long Templates, double Threshold, double Margin, List<LookAlike> Pairs)
{
    public static LookAlikeReport Read(JsonElement body)
    {
        var pairs = new List<LookAlike>();
        if (body.Get("pairs") is { ValueKind: JsonValueKind.Array } list)
            foreach (JsonElement pair in list.EnumerateArray())
                pairs.Add(new(pair.Text("first_id") ?? "?", pair.Text("first_name") ?? "?", pair.Text("second_id") ?? "?", pair.Text("second_name") ?? "?", pair.Number("score") ?? 0, pair.Flag("confusable") ?? true));
        return new(body.Whole("people") ?? 0, body.Whole("templates") ?? 0, body.Number("threshold") ?? 0, body.Number("margin") ?? 0, pairs);
    }
}

/// <summary>Two enrolled people.</summary>
/// <param name="Confusable">Over the threshold in force; else within the margin below it.</param>
public sealed record LookAlike(string FirstId, string FirstName, string SecondId, string SecondName, double Score, bool Confusable);
