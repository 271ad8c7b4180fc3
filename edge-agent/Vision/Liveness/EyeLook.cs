namespace Devices.Edge.Vision.Liveness;

/// <summary>How closed a face's eyes look in one frame, as logits: above 0 rather closed, below 0 rather open. Left and right as seen in the picture.</summary>
public readonly record struct EyeLook(float Left, float Right)
{
    public float Mean => (Left + Right) / 2;
}
