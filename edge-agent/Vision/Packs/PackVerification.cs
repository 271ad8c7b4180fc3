using System.Diagnostics.CodeAnalysis;

namespace Devices.Edge.Vision.Packs;

/// <summary>A pack directory that passed every check, or the first fault found.</summary>
public sealed class PackVerification
{
    private PackVerification(PackManifest? manifest, PackFault? fault)
    {
        Manifest = manifest;
        Fault = fault;
    }

    public PackManifest? Manifest { get; }

    public PackFault? Fault { get; }

    [MemberNotNullWhen(true, nameof(Manifest))]
    [MemberNotNullWhen(false, nameof(Fault))]
    public bool IsSound => Fault is null;

    internal static PackVerification Sound(PackManifest manifest) => new(manifest, null);

    internal static PackVerification Refuse(PackFault fault, PackManifest? manifest = null) => new(manifest, fault);
}
