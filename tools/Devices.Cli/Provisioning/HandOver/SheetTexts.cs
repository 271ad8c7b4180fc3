namespace Devices.Cli.Provisioning.HandOver;

/// <summary>The words of the hand-over sheet in one language.</summary>
internal sealed record SheetTexts(
    string Language, string Title, string Terminal, string Site, string Place, string Serial, string Board, string Mcu, string Bridge, string Versions, string Certificate, string ValidTo,
    string Fingerprint, string Steps, string Step, string Result, string Took, string Call, string Daily, string Handed, string Received, string Date, string Open)
{
    public static SheetTexts Of(string? language) => language == "zh-CN" ? Chinese : English;

    private static SheetTexts English { get; } = new(
        "en", "Hand-over", "Terminal", "Site", "Place", "Serial number", "Board", "Controller", "Bridge", "Versions", "Certificate", "valid to", "SHA-256", "What was done", "Step", "Result",
        "Seconds", "Whom to call", "People punch with face, card or PIN. Without network the terminal goes on and sends everything later. A punch counts once the screen says thank you.",
        "Handed over by", "Received by", "Date", "still open");

    private static SheetTexts Chinese { get; } = new(
        "zh-CN", "交付单", "考勤机", "地点", "位置", "序列号", "主板", "控制器", "网桥", "版本", "证书", "有效期至", "SHA-256", "完成的步骤", "步骤", "结果",
        "秒", "联系人", "员工可用人脸、卡片或密码打卡。断网时考勤机照常工作，联网后自动补传。屏幕显示“谢谢”即打卡成功。", "交付人", "接收人", "日期", "未完成");
}
