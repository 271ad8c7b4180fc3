namespace Devices.Edge.Vision.Packs;

/// <summary>Planes of a model's input, in their order.</summary>
public enum ChannelOrder
{
    Rgb,
    Bgr,
    Grey,
}
