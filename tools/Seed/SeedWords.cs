using Devices.Contract.Punches;

namespace Devices.Seed;

/// <summary>The stored words of a punch's fields.</summary>
internal static class SeedWords
{
    public static string Clock(ClockQuality clock) => clock switch { ClockQuality.Synced => "synced", ClockQuality.Held => "held", _ => "corrected" };

    public static string Method(PunchMethod method) => method switch
    {
        PunchMethod.Face => "face", PunchMethod.Card => "card", PunchMethod.Pin => "pin", PunchMethod.Operator => "operator", _ => "wifi",
    };

    public static string Direction(PunchDirection direction) => direction switch { PunchDirection.In => "in", PunchDirection.Out => "out", _ => "none" };
}
