using Devices.Contract.Punches;

namespace Devices.Contract.Tests;

internal static class Punches
{
    public static Guid Ledger { get; } = Guid.Parse("019319a8-7c00-7abc-8def-0123456789ab");

    public static Punch Face() => new()
    {
        Terminal = "m2-001",
        Ledger = Ledger,
        Seq = 1,
        Person = "u-1",
        At = 1_764_316_800_123,
        Clock = ClockQuality.Synced,
        UncertaintyMs = 2,
        Method = PunchMethod.Face,
        Direction = PunchDirection.In,
        Score = 0.71f,
        Threshold = 0.43f,
        Liveness = 0.9f,
        Pack = "sface@1",
        Chain = new string('0', 64),
    };

    /// <summary>A valid run of punches from seq 1.</summary>
    public static List<Punch> Run(int count)
    {
        var punches = new List<Punch>();
        byte[] chain = PunchChain.Genesis(Ledger);
        for (int seq = 1; seq <= count; seq++)
        {
            Punch punch = Face() with { Seq = seq, At = Face().At + seq * 1000, Person = $"u-{seq % 7}" };
            chain = PunchChain.Next(chain, punch);
            punches.Add(punch with { Chain = PunchChain.ToHex(chain) });
        }
        return punches;
    }
}
