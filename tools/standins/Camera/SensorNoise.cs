namespace Devices.Standins.Camera;

/// <summary>Light sensor noise: a fixed seeded table of near-normal values, laid over each frame at another offset.</summary>
internal sealed class SensorNoise
{
    // A prime length keeps the pattern from lining up with the rows.
    private readonly sbyte[] _table = new sbyte[65_537];
    private readonly Random _random;

    public SensorNoise(int seed)
    {
        _random = new Random(seed);
        for (var i = 0; i < _table.Length; i++)
        {
            // The sum of four even dice is close enough to a normal of sigma 2 grey levels.
            _table[i] = (sbyte)Math.Round((Next() + Next() + Next() + Next() - 2) * 3.5);
        }
    }

    /// <summary>Adds noise to RGBA pixels in place; the fourth channel stays.</summary>
    public void AddTo(Span<byte> rgba)
    {
        var at = (int)(Next() * _table.Length);
        for (var i = 0; i + 3 < rgba.Length; i += 4)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                at = at + 1 == _table.Length ? 0 : at + 1;
                rgba[i + channel] = (byte)Math.Clamp(rgba[i + channel] + _table[at], 0, 255);
            }
        }
    }

#pragma warning disable CA5394 // Noise must repeat with its seed, not be unpredictable.
    private double Next() => _random.NextDouble();
#pragma warning restore CA5394
}
