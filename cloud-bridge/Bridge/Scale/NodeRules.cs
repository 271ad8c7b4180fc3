using System.Globalization;
using Devices.Bridge.Store;

namespace Devices.Bridge.Scale;

/// <summary>What of a node's settings a stored punch depends on, as one line that nodes compare.</summary>
public sealed class NodeRules(BridgeOptions options, ClockRules clock, OutboxTargets targets)
{
    public string Text { get; } = string.Create(CultureInfo.InvariantCulture,
        $"zone {options.Site.TimeZone}; clock {clock.ClockAheadMinutes}/{clock.ClockBackMinutes}/{clock.ClockBackEntryMinutes}/{clock.ClockOldDays}; targets {string.Join(", ", targets.All.Select(one => $"{one.Target.Name} from {one.Target.From}").Order(StringComparer.Ordinal).DefaultIfEmpty("none"))}");
}
