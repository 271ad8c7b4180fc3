using Devices.Cli.App;

namespace Devices.Cli.Provisioning.Run;

/// <summary>Which side of a provisioning something is on.</summary>
public enum Side
{
    Board,
    Mcu,
    Network,
    Bridge,
    Agent,
    Camera,
}

/// <summary>Which side a fault is on, by its code: a step on the bridge's side can fail for the network's sake, or the board's.</summary>
public static class Sides
{
    public static string Word(Side side) => side switch
    {
        Side.Mcu => "the MCU", Side.Network => "the network", Side.Bridge => "the bridge", Side.Agent => "the agent", Side.Camera => "the camera", _ => "this board",
    };

    /// <param name="step">The side that the step is about, where the code tells nothing better.</param>
    public static Side Of(ExitCode code, Side step)
    {
        ArgumentNullException.ThrowIfNull(code);
        return code.Number switch
        {
            4 or 5 or 6 or 42 or 117 => Side.Board,
            34 => Side.Network,
            35 or (>= 36 and <= 41) => Side.Bridge,
            50 or 55 or 57 => Side.Agent,
            >= 90 and <= 102 => Side.Mcu,
            113 => Side.Network,
            >= 110 and <= 115 or 120 => Side.Mcu,
            118 => Side.Camera,
            _ => step,
        };
    }
}
