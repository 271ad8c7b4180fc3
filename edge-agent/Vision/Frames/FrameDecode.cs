using System.Diagnostics.CodeAnalysis;

namespace Devices.Edge.Vision.Frames;

/// <summary>A decoded frame (the caller disposes it) or the reason why there is none.</summary>
public readonly struct FrameDecode
{
    private FrameDecode(RgbFrame? frame, FrameFault? fault)
    {
        Frame = frame;
        Fault = fault;
    }

    public RgbFrame? Frame { get; }

    public FrameFault? Fault { get; }

    [MemberNotNullWhen(true, nameof(Frame))]
    [MemberNotNullWhen(false, nameof(Fault))]
    public bool IsDecoded => Frame is not null;

    public static FrameDecode Of(RgbFrame frame) => new(frame, null);

    public static FrameDecode Refuse(FrameFaultCode code, string message) => new(null, new FrameFault(code, message));
}
