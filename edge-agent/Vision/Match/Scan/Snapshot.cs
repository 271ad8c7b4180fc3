namespace Devices.Edge.Vision.Match.Scan;

/// <summary>One state of the gallery. A search holds on to one from beginning to end.</summary>
/// <param name="Version">Grows by one with every change.</param>
/// <param name="Count">Templates in it.</param>
internal sealed record Snapshot(Segment[] Segments, uint Version, int Count);
