namespace Devices.Standins.Camera;

/// <summary>Where a person's picture is at one moment, relative to standing still.</summary>
/// <param name="X">Shift as a share of the tile's width.</param>
/// <param name="Y">Shift as a share of the frame's height.</param>
/// <param name="Scale">Factor near 1: closer or further.</param>
/// <param name="Degrees">Tilt of the head.</param>
/// <param name="Brightness">Factor near 1: exposure and flicker.</param>
/// <param name="Alive">How the parts of the face move against each other.</param>
internal readonly record struct Pose(float X, float Y, float Scale, float Degrees, float Brightness, Waver Alive);

/// <summary>
/// How someone who stands before a terminal moves: slow sway from a few sines with seeded phases, plus a little
/// seeded tremor from frame to frame. The same seed gives the same motion.
/// </summary>
internal sealed class Motion
{
    private readonly double[] _phase = new double[5];
    private readonly double[] _hertz = new double[5];
    private readonly Random _tremor;

    public Motion(int seed)
    {
        _tremor = new Random(seed);
        for (var i = 0; i < _phase.Length; i++)
        {
            _phase[i] = Next() * 2 * Math.PI;
            _hertz[i] = 0.15 + (0.35 * Next());
        }
    }

    /// <summary>The pose at a moment, seconds since the person appeared. Call once a frame, in order.</summary>
    public Pose At(double seconds) => new(
        (float)(Sway(0, seconds, 0.015) + Jitter(0.001)),
        (float)(Sway(1, seconds, 0.010) + Jitter(0.001)),
        (float)(1 + Sway(2, seconds, 0.02) + Jitter(0.001)),
        (float)(Sway(3, seconds, 2.0) + Jitter(0.1)),
        (float)(1 + Sway(4, seconds, 0.04) + Jitter(0.01)),
        new Waver((float)((0.6 * seconds) + _phase[0]), (float)((0.45 * seconds) + _phase[1])));

    private double Sway(int which, double seconds, double size) =>
        size * Math.Sin(_phase[which] + (2 * Math.PI * _hertz[which] * seconds));

    private double Jitter(double size) => size * ((2 * Next()) - 1);

#pragma warning disable CA5394 // Motion must repeat with its seed, not be unpredictable.
    private double Next() => _tremor.NextDouble();
#pragma warning restore CA5394
}
