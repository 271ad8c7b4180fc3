namespace Devices.Standins.Camera;

/// <summary>
/// A smooth displacement of each point of a picture, in shares of its height: waves of about a face's size and of half
/// of it, whose phases run on with time. A stand-in for the small movements of a living face; it is no model of one.
/// </summary>
/// <param name="Turn">Phase of the large waves, in turns.</param>
/// <param name="Talk">Phase of the small ones.</param>
internal readonly record struct Waver(float Turn, float Talk)
{
    // Amplitude over wavelength: one part in a hundred bends no feature out of shape, and the eye hardly sees it.
    private const float Size = 0.010f;

    public (float X, float Y) At(float x, float y)
    {
        var (dx, dy) = (0f, 0f);
        Add(ref dx, ref dy, 0.30f, x, y, Turn);
        Add(ref dx, ref dy, 0.14f, y, x, Talk);
        return (dx, dy);
    }

    private static void Add(ref float dx, ref float dy, float wave, float x, float y, float phase)
    {
        dx += Size * wave * MathF.Sin(MathF.Tau * ((y / wave) + phase));
        dy += Size * wave * MathF.Sin(MathF.Tau * ((x / wave) - (0.8f * phase)));
    }
}
