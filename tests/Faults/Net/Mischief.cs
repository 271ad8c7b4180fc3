namespace Devices.Faults.Net;

/// <summary>What a wire does to the packets on it.</summary>
/// <param name="CutUp">Nothing passes towards the far end; nobody is told.</param>
/// <param name="CutDown">Nothing passes back.</param>
/// <param name="Loss">Share of packets that vanish.</param>
/// <param name="DelayMs">Least time on the way, ms.</param>
/// <param name="JitterMs">Most time beyond it, ms; packets may overtake each other by it.</param>
/// <param name="Duplicate">Share of packets that come twice.</param>
/// <param name="Reorder">Share of packets that are held back for <paramref name="JitterMs"/> while the others pass.</param>
/// <param name="Damage">Share of packets of which one byte is changed: the checksum is then wrong, and the receiver throws it away.</param>
internal sealed record Mischief(bool CutUp = false, bool CutDown = false, double Loss = 0, int DelayMs = 0, int JitterMs = 0, double Duplicate = 0, double Reorder = 0, double Damage = 0)
{
    public static Mischief None { get; } = new();
}
