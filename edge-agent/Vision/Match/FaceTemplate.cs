using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Match;

/// <summary>
/// One enrolled view of a person: a unit-length embedding that is only comparable within its pack. The host keeps it
/// encrypted; <see cref="FaceTemplateCodec"/> gives the bytes.
/// </summary>
/// <param name="Id">Identity of this template, for erasure and audit.</param>
/// <param name="Person">The platform's user id.</param>
/// <param name="Pack">The pack that made it.</param>
/// <param name="Vector">Unit length; never log it.</param>
public sealed record FaceTemplate(Guid Id, string Person, PackRef Pack, ReadOnlyMemory<float> Vector)
{
    /// <summary>Says who and which, never the biometric values.</summary>
    public override string ToString() => $"template {Id} of {Person} ({Pack})";
}
