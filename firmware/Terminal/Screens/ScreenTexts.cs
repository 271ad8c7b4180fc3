using Devices.Link;

namespace Devices.Terminal.Screens;

/// <summary>The sentences of the screen in 简体中文 and English.</summary>
public sealed class ScreenTexts
{
    private static readonly string[] English =
    [
        "", "Look here", "Thank you", "Already recorded", "Not recognised", "Live face needed", "Card please",
        "Card or PIN please", "One moment", "Saved", "Terminal full", "Out of order", "Recorded",
    ];

    private static readonly string[] EnglishDetail =
    [
        "", "", "", "", "Try again or use your card", "Please use your card", "", "Face not clear enough", "",
        "It will be confirmed later", "Not recorded. Tell the office", "Please tell the office", "Time will be set later",
    ];

    private static readonly string[] Chinese =
    [
        "", "请看这里", "谢谢", "已打卡", "未识别", "请本人面对", "请刷卡",
        "请刷卡或输入密码", "请稍候", "已保存", "存储已满", "设备故障", "已记录",
    ];

    private static readonly string[] ChineseDetail =
    [
        "", "", "", "", "请重试或刷卡", "请使用卡片", "", "人脸不够清晰", "",
        "稍后确认", "未打卡，请联系管理员", "请联系管理员", "时间稍后校准",
    ];

    private readonly bool _chinese;

    public ScreenTexts(bool chinese)
    {
        _chinese = chinese;
    }

    public string Title(ScreenKind kind)
    {
        return (_chinese ? Chinese : English)[(int)kind];
    }

    public string Detail(ScreenKind kind)
    {
        return (_chinese ? ChineseDetail : EnglishDetail)[(int)kind];
    }

    public string CardTwice
    {
        get { return _chinese ? "读卡失败，请再刷一次" : "Card not read, try again"; }
    }

    public string DirectionIn
    {
        get { return _chinese ? "上班 请打卡" : "In: now punch"; }
    }

    public string DirectionOut
    {
        get { return _chinese ? "下班 请打卡" : "Out: now punch"; }
    }

    public string RefusedTitle
    {
        get { return _chinese ? "未接受" : "Not accepted"; }
    }

    public string SavedButFull
    {
        get { return _chinese ? "已在本机保存，未入账，请联系管理员" : "Kept here, not yet recorded. Tell the office"; }
    }

    public string StorageFault
    {
        get { return _chinese ? "存储故障，未打卡" : "Memory fault. Not recorded"; }
    }

    /// <summary>The footer of every screen while the board is away.</summary>
    public string Offline(int queued)
    {
        if (_chinese)
        {
            return queued == 0 ? "离线" : "离线，" + queued + " 条待确认";
        }

        return queued == 0 ? "Offline" : "Offline, " + queued + " to confirm";
    }

    /// <summary>The footer while the board is there and the bridge has not yet confirmed everything.</summary>
    public string Waiting(long queued)
    {
        return _chinese ? queued + " 条待上传" : queued + " to upload";
    }
}
