using System.Globalization;
using System.Text.Json;

namespace Devices.Cli.Terminal;

/// <summary>The agent's answer to <c>POST /people</c> as a report.</summary>
public static class EnrolAnswer
{
    public static PersonReport Read(Candidate candidate, AgentAnswer answer)
    {
        bool enrolled = answer.IsSuccess && (answer.Body?.Flag("enrolled") ?? true);
        var pictures = new List<PictureReport>();
        if (answer.Body?.Get("pictures") is { ValueKind: JsonValueKind.Array } list)
        {
            int n = 0;
            foreach (JsonElement picture in list.EnumerateArray())
            {
                string file = picture.Text("picture") ?? picture.Text("file") ?? (n < candidate.Pictures.Count ? Path.GetFileName(candidate.Pictures[n]) : $"picture {n + 1}");
                pictures.Add(new PictureReport(file, picture.Flag("accepted") ?? enrolled, picture.Text("text") ?? picture.Text("reason")));
                n++;
            }
        }

        return new PersonReport(candidate.Id, candidate.Name, enrolled, enrolled ? null : answer.Reason(), pictures)
        {
            Warnings = [.. Resembling(answer, "allowed", "resembles {0}; it was allowed"), .. Resembling(answer, "look_alikes", "comes near to {0}; either may be asked for card or PIN")],
        };
    }

    private static IEnumerable<string> Resembling(AgentAnswer answer, string field, string sentence)
    {
        if (answer.Body?.Get(field) is not { ValueKind: JsonValueKind.Array } list) yield break;
        foreach (JsonElement other in list.EnumerateArray())
            yield return string.Format(CultureInfo.InvariantCulture, sentence, string.Create(CultureInfo.InvariantCulture, $"{other.Text("name")} ({other.Text("id")}, {other.Number("score"):F2})"));
    }
}
