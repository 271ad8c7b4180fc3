namespace Devices.Edge.Agent.Recognition;

/// <summary>The short texts of Vision's hint keys, for the MCU's screen.</summary>
public static class Hints
{
    public static string TextOf(string key) => key switch
    {
        "face.come-closer" => "Come closer",
        "face.move-into-picture" => "Move into the picture",
        "face.show-face" => "Show your face",
        "face.look-straight" => "Look straight ahead",
        "face.too-dark" => "More light please",
        "face.too-bright" => "Too bright, turn from the light",
        "face.clean-lens" => "Clean the lens",
        "face.hold-still" => "Hold still",
        _ => "Look at the camera",
    };
}
