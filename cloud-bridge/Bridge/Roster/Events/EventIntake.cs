using Devices.Bridge.Store;

namespace Devices.Bridge.Roster.Events;

/// <summary>
/// Takes events of either way. When <see cref="TakeAsync"/> returns, what the event asks for is durable, and the platform may be told
/// that it arrived; the reading comes afterwards.
/// </summary>
public sealed class EventIntake(IRosterMarks marks, IPeopleStore people, MarkReader reader, EventStatus status, TimeProvider clock, ILogger<EventIntake> log)
{
    private const string PunchEvent = "attendance_check_record";

    private readonly SeenIds _seen = new(clock);

    /// <param name="messageId">The frame's id, where there is one: the same frame may come again under it.</param>
    /// <exception cref="StoreUnavailableException">It could not be noted: let the platform send it again.</exception>
    public async Task TakeAsync(PlatformEvent happened, string? messageId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(happened);
        string id = $"event:{happened.Id}", message = $"message:{messageId}";
        if (_seen.Contains(id) || (messageId is not null && _seen.Contains(message)))
        {
            status.CountRepeated();
            return;
        }

        IReadOnlyList<RosterMark> named = EventReading.Marks(happened);
        if (named.Count > 0)
        {
            await marks.MarkAsync(named, cancellationToken);
            status.CountReceived(clock.GetUtcNow());
            log.LogDebug("Event {Kind}: {Count} to read again.", happened.Kind, named.Count);
        }
        else if (happened.Kind == PunchEvent)
        {
            await CountPunchesAsync(happened, cancellationToken);
        }
        else
        {
            status.CountIgnored();
        }

        // Only now: a copy that comes after a failure has to be taken.
        _seen.Add(id);
        if (messageId is not null) _seen.Add(message);
        if (named.Count > 0) reader.Wake();
    }

    // What the platform tells of punches must never become a punch here: our own uploads would come back and be sent again. They are
    // known by person and minute, since the platform makes one event a minute.
    private async Task CountPunchesAsync(PlatformEvent happened, CancellationToken cancellationToken)
    {
        foreach (var (person, at) in EventReading.Punches(happened))
        {
            long minute = at - (at % 60_000);
            status.CountPunch(own: await people.HasPunchAsync(person, minute, minute + 60_000, cancellationToken));
        }
    }
}
