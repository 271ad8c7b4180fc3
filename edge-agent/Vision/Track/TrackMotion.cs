namespace Devices.Edge.Vision.Track;

/// <summary>Constant-velocity motion of a box's centre and size, smoothed exponentially.</summary>
internal struct TrackMotion
{
    private const float Smoothing = 0.5f;

    private float _velocityX;
    private float _velocityY;
    private TimeSpan _at;

    internal FaceBox Box { get; private set; }

    internal void Start(in FaceBox box, TimeSpan at)
    {
        Box = box;
        _at = at;
        _velocityX = _velocityY = 0;
    }

    internal readonly FaceBox Predict(TimeSpan now)
    {
        // A long gap says nothing about where a person walked: half a second of coasting at most.
        var seconds = (float)Math.Clamp((now - _at).TotalSeconds, 0, 0.5);
        return Box with { X = Box.X + (_velocityX * seconds), Y = Box.Y + (_velocityY * seconds) };
    }

    internal void Observe(in FaceBox box, TimeSpan now)
    {
        var seconds = (float)(now - _at).TotalSeconds;
        if (seconds > 1e-3f)
        {
            _velocityX += Smoothing * (((box.CentreX - Box.CentreX) / seconds) - _velocityX);
            _velocityY += Smoothing * (((box.CentreY - Box.CentreY) / seconds) - _velocityY);
        }

        Box = box;
        _at = now;
    }
}
