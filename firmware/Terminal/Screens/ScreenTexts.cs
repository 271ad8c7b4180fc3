using Devices.Link;

namespace Devices.Terminal.Screens;

/// <summary>The sentences of the screen in 简体中文 and English.</summary>
public sealed class ScreenTexts
{
    private static readonly string[] English =
    [
        "", "Look here", "Thank you", "Already recorded", "Not recognised", "Live face needed", "Card please",
        "Card or PIN please", "One moment", "Saved", "Terminal full", "Out of order", "Recorded", "Updating",
    ];

    private static readonly string[] EnglishDetail =
    [
        "", "", "", "", "Try again or use your card", "Please use your card", "", "Face not clear enough", "",
        "It will be confirmed later", "Not recorded. Tell the office", "Please tell the office", "Time will be set later", "Cards still work",
    ];

    private static readonly string[] Chinese =
    [
        "", "请看这里", "谢谢", "已打卡", "未识别", "请本人面对", "请刷卡",
        "请刷卡或输入密码", "请稍候", "已保存", "存储已满", "设备故障", "已记录", "正在更新",
    ];

    private static readonly string[] ChineseDetail =
    [
        "", "", "", "", "请重试或刷卡", "请使用卡片", "", "人脸不够清晰", "",
        "稍后确认", "未打卡，请联系管理员", "请联系管理员", "时间稍后校准", "仍可刷卡",
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

    public string TwoCards
    {
        get { return _chinese ? "检测到两张卡，请只刷一张" : "Two cards, show only one"; }
    }

    public string RandomCard
    {
        get { return _chinese ? "此卡号码随机，不能使用" : "This card changes its number, use another"; }
    }

    public string NumberAsked
    {
        get { return _chinese ? "输入工号" : "Your number"; }
    }

    public string PinAsked
    {
        get { return _chinese ? "输入密码" : "Your PIN"; }
    }

    public string PinKeys
    {
        get { return _chinese ? "按#确认，按*删除" : "# to go on, * to delete"; }
    }

    public string PinRest
    {
        get { return _chinese ? "错误次数过多，请稍候" : "Too many wrong PINs, wait"; }
    }

    public string DoorForced
    {
        get { return _chinese ? "门被强行打开" : "Door forced open"; }
    }

    public string DoorHeld
    {
        get { return _chinese ? "请关门" : "Please shut the door"; }
    }

    public string SafeMode
    {
        get { return _chinese ? "安全模式" : "Safe mode"; }
    }

    public string NotSetUp
    {
        get { return _chinese ? "尚未设置" : "Not set up"; }
    }

    public string Resetting
    {
        get { return _chinese ? "恢复出厂设置" : "Factory reset"; }
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

    /// <summary>A reason that the board gives as a code, in words; any other text as it is.</summary>
    public string Reason(string code)
    {
        return code switch
        {
            "pin-wrong" => _chinese ? "工号或密码错误" : "Wrong number or PIN",
            "pin-locked" => _chinese ? "尝试过多，请刷卡或稍后再试" : "Too many tries, use your card or wait",
            "card-unknown" => _chinese ? "此卡未登记" : "This card is not known here",
            _ => code,
        };
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
