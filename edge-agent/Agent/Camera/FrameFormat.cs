namespace Devices.Edge.Agent.Camera;

/// <summary>How the bytes of a frame are laid out.</summary>
public enum FrameFormat
{
    /// <summary>One whole JPEG picture, SOI to EOI (ITU-T T.81).</summary>
    Jpeg,

    /// <summary>Packed 4:2:2, two bytes a pixel: Y0 U Y1 V (V4L2_PIX_FMT_YUYV).</summary>
    Yuyv,

    /// <summary>A plane of Y, then interleaved U V at half resolution (V4L2_PIX_FMT_NV12), one and a half bytes a pixel.</summary>
    Nv12,
}
