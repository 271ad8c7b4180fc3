using Devices.Edge.Agent.Recognition;

namespace Devices.Edge.Agent.Mcu;

/// <summary>What the MCU's screen says of the terminal itself, in the screen's language.</summary>
public static class StateTexts
{
    public static string CardsOnly(HintLanguage language) => language == HintLanguage.Chinese ? "人脸暂不可用，请刷卡" : "Face is not available, use your card";

    /// <summary>Under the clock: people punch as always, a technician sees it.</summary>
    public static string Recovery(HintLanguage language) => language == HintLanguage.Chinese ? "恢复模式：正在运行旧版本" : "Recovery: an older version runs";
}
