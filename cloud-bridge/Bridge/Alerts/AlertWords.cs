namespace Devices.Bridge.Alerts;

/// <summary>The few words around an alert's sentence.</summary>
public sealed record AlertWords(string Urgent, string Title, string New, string Still, string Over, Func<int, string> More, Func<string, double, string> Offline, Func<string, string, string> Certificate, Func<long, string> Dead, Func<string, long, string> DeadAt, Func<int, long, string> Budget, Func<string, string, string, string, string> Worse)
{
    public static AlertWords Of(string language) => language == "en" ? English : Chinese;

    private static AlertWords English { get; } = new(
        "URGENT", "Attendance terminals", "New", "Still so", "Over", n => $"and {n} more: see the pages",
        (name, minutes) => $"Terminal {name} has been offline for {Span(minutes, "days", "hours", "minutes")}; its punches wait on it.",
        (name, day) => $"The certificate of terminal {name} ends on {day}: it should have renewed itself.",
        n => $"{n} punches are dead letters: HR has to decide.",
        (target, n) => $"{n} punches are dead letters of {target}: somebody has to decide.",
        (share, used) => $"{share} % of the month's platform calls are used ({used}).",
        (name, was, grade, why) => $"Patrol: terminal {name} went from grade {was} to {grade}. {why}");

    private static AlertWords Chinese { get; } = new(
        "紧急", "考勤终端", "新", "仍未解决", "已恢复", n => $"另有 {n} 条，请看管理页面",
        (name, minutes) => $"终端 {name} 已离线 {Span(minutes, "天", "小时", "分钟")}，打卡记录保存在终端上。",
        (name, day) => $"终端 {name} 的证书将于 {day} 到期，本应自动续期。",
        n => $"{n} 条打卡无法送达，需要人事处理。",
        (target, n) => $"{n} 条打卡无法送达 {target}，需要人工处理。",
        (share, used) => $"本月平台调用已用 {share} %（{used} 次）。",
        (name, was, grade, why) => $"巡检：终端 {name} 的等级由 {was} 变为 {grade}。{why}");

    private static string Span(double minutes, string days, string hours, string unit) =>
        minutes >= 2880 ? $"{(int)(minutes / 1440)} {days}" : minutes >= 120 ? $"{(int)(minutes / 60)} {hours}" : $"{(int)minutes} {unit}";
}
