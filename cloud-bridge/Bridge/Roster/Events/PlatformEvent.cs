using System.Text.Json;

namespace Devices.Bridge.Roster.Events;

/// <summary>One event as it came, by whatever way.</summary>
/// <param name="Id">What makes two the same event.</param>
/// <param name="Kind">As <c>user_add_org</c>.</param>
/// <param name="Body">The business part.</param>
public sealed record PlatformEvent(string Id, string Kind, JsonElement Body);
