using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Sim;

/// <summary>Seeded randomness and kept log lines.</summary>
internal sealed class SimSystem(int seed) : ISystem
{
    private readonly Random _random = new(seed);

    public List<string> Lines { get; } = [];

    public long FreeBytes => 100_000;

    public int Random() => _random.Next();

    public void Log(string line) => Lines.Add(line);

    public void Reboot(string reason) => throw new InvalidOperationException("The loop itself never reboots.");
}
