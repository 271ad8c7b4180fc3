using System.Globalization;
using System.Text;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Contract.Punches;
using NodaTime;

namespace Devices.Bridge.Notices;

/// <summary>
/// The words of notices. Each holds what makes it the only one of its kind (time to the second, terminal and number, or day and
/// department): an identical text to the same person on the same day is dropped by the platform, which is what makes a repeat harmless.
/// </summary>
public static class NoticeText
{
    /// <summary>Bytes of the platform's <c>msg</c> at most.</summary>
    public const int MostBytes = 2048;

    /// <summary>One child's punch, for its guardians.</summary>
    /// <param name="first">Whether it is the first of its day.</param>
    public static string OfPunch(StoredPunch punch, DateTimeZone zone, bool first, string language)
    {
        ArgumentNullException.ThrowIfNull(punch);
        Punch one = punch.Punch;
        string time = Instant.FromUnixTimeMilliseconds(one.At).InZone(zone).ToString("uuuu-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        string name = Cut(punch.Name ?? one.Person, 60);
        bool? arrived = one.Direction switch { PunchDirection.In => true, PunchDirection.Out => false, _ => first ? true : null };
        string what = language == "en"
            ? arrived switch { true => "arrived", false => "left", _ => "passed the terminal" }
            : arrived switch { true => "已到达", false => "已离开", _ => "已打卡" };
        return string.Create(CultureInfo.InvariantCulture, $"{name} {what} {time} ({one.Terminal} #{one.Seq})");
    }

    /// <summary>Who has not punched, for a manager; names beyond the platform's size are counted.</summary>
    /// <param name="offline">Terminals that are away: said, since a punch may still lie on one.</param>
    public static string OfMissing(LocalDate day, LocalTime start, string department, int expected, IReadOnlyList<string> missing, IReadOnlyList<string> offline, string language)
    {
        ArgumentNullException.ThrowIfNull(missing);
        ArgumentNullException.ThrowIfNull(offline);
        string head = language == "en"
            ? string.Create(CultureInfo.InvariantCulture, $"{day:uuuu-MM-dd}, shift {start:HH:mm}, {department}: {missing.Count} of {expected} have not punched yet: ")
            : string.Create(CultureInfo.InvariantCulture, $"{day:uuuu-MM-dd} {start:HH:mm} 班，{department}：应到 {expected} 人，尚未打卡 {missing.Count} 人：");
        string away = offline.Count == 0 ? "" : language == "en"
            ? $" (offline, so punches may be on their way: {string.Join(", ", offline.Take(5))}{(offline.Count > 5 ? ", …" : "")})"
            : $"（离线终端上可能仍有打卡：{string.Join("、", offline.Take(5))}{(offline.Count > 5 ? "…" : "")}）";
        string between = language == "en" ? ", " : "、";
        for (int shown = missing.Count; shown > 0; shown--)
        {
            string rest = shown == missing.Count ? "" : language == "en" ? $" and {missing.Count - shown} more" : $"等 {missing.Count} 人";
            string text = head + string.Join(between, missing.Take(shown).Select(n => Cut(n, 40))) + rest + away;
            if (Fits(text)) return text;
        }

        return head.TrimEnd(' ', ':', '：') + away;
    }

    /// <summary>The platform's <c>msg</c> of a text.</summary>
    public static Dictionary<string, object> Message(string text) => new() { ["msgtype"] = "text", ["text"] = new Dictionary<string, string> { ["content"] = text } };

    /// <summary>Whether the message is within the platform's size, however its JSON is written.</summary>
    public static bool Fits(string text) => Encoding.UTF8.GetByteCount(JsonSerializer.Serialize(Message(text))) <= MostBytes;

    private static string Cut(string text, int most)
    {
        string plain = new([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
        return plain.Length <= most ? plain : plain[..most] + "…";
    }
}
