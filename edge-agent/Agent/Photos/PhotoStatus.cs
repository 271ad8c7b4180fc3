namespace Devices.Edge.Agent.Photos;

/// <summary>Evidence photos, for <c>/status</c>.</summary>
/// <param name="Enabled">Whether new ones are taken.</param>
/// <param name="Waiting">Not yet at the bridge.</param>
/// <param name="Bytes">What those take on the disk.</param>
/// <param name="Sent">Taken by the bridge since the start.</param>
/// <param name="Dropped">Given up since the start: too old, no room, damaged, or not wanted by the bridge.</param>
/// <param name="Missed">Punches since the start whose photo could not be kept.</param>
/// <param name="Problem">What last went wrong; null after it went right.</param>
public sealed record PhotoStatus(bool Enabled, int Waiting, long Bytes, long Sent, long Dropped, long Missed, string? Problem);
