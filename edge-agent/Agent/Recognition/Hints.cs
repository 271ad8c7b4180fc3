namespace Devices.Edge.Agent.Recognition;

/// <summary>The short texts of Vision's hint keys, for the MCU's screen: one table, so that no language lacks a hint.</summary>
public static class Hints
{
    private static readonly Dictionary<string, (string English, string Chinese)> Texts = new(StringComparer.Ordinal)
    {
        ["face.come-closer"] = ("Come closer", "请靠近一些"),
        ["face.move-into-picture"] = ("Move into the picture", "请移到画面中间"),
        ["face.show-face"] = ("Show your face", "请正对摄像头"),
        ["face.look-straight"] = ("Look straight ahead", "请正视前方"),
        ["face.head-upright"] = ("Hold your head upright", "请把头摆正"),
        ["face.too-dark"] = ("More light please", "光线太暗"),
        ["face.too-bright"] = ("Too bright, turn from the light", "光线太强，请避开强光"),
        ["face.clean-lens"] = ("Clean the lens", "请擦拭镜头"),
        ["face.hold-still"] = ("Hold still", "请保持不动"),
        ["face.uncover"] = ("Uncover your face", "请摘下口罩或遮挡物"),
        ["face.one-at-a-time"] = ("Step to the front", "请走到前面"),
        ["face.step-back"] = ("Step back a little", "请后退一点"),
        ["face.turn-left"] = ("Turn your head to your left, then look back", "请向左转头，再看回来"),
        ["face.close-eyes"] = ("Close your eyes for a second, then look here", "请闭眼一秒，再睁开看这里"),
        ["face.turn-right"] = ("Turn your head to your right, then look back", "请向右转头，再看回来"),
    };

    /// <summary>Every key there is a text for.</summary>
    public static IReadOnlyCollection<string> Keys => Texts.Keys;

    public static string TextOf(string key, HintLanguage language = HintLanguage.English)
    {
        var (english, chinese) = Texts.TryGetValue(key, out var text) ? text : ("Look at the camera", "请看摄像头");
        return language == HintLanguage.Chinese ? chinese : english;
    }
}
