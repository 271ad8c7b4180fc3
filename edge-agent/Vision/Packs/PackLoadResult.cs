using System.Diagnostics.CodeAnalysis;

namespace Devices.Edge.Vision.Packs;

/// <summary>A pack ready to run (the caller disposes it) or the reason why it was refused.</summary>
public sealed class PackLoadResult
{
    private PackLoadResult(LoadedPack? pack, PackFault? fault)
    {
        Pack = pack;
        Fault = fault;
    }

    public LoadedPack? Pack { get; }

    public PackFault? Fault { get; }

    [MemberNotNullWhen(true, nameof(Pack))]
    [MemberNotNullWhen(false, nameof(Fault))]
    public bool IsLoaded => Pack is not null;

    internal static PackLoadResult Of(LoadedPack pack) => new(pack, null);

    internal static PackLoadResult Refuse(PackFault fault) => new(null, fault);
}
