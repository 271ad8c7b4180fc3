using System;
using Devices.Link;
using Devices.Terminal.Entries;
using Devices.Terminal.Parts;
using Devices.Terminal.Uplink;

namespace Devices.Terminal;

/// <summary>
/// Events that wait for a connection: the newest <see cref="Size"/> in RAM. Unlike punches they are no wages: a power cut loses
/// what the board had not yet, and when the box is full the oldest goes and the log says so.
/// </summary>
public sealed class EventBox
{
    public const int Size = 16;

    private readonly EventMessage?[] _ring = new EventMessage?[Size];
    private readonly EntryQueue _ids;
    private readonly ISystem _system;
    private int _head;
    private int _count;

    public EventBox(EntryQueue ids, ISystem system)
    {
        _ids = ids ?? throw new ArgumentNullException(nameof(ids));
        _system = system ?? throw new ArgumentNullException(nameof(system));
    }

    public void Add(EventKind kind, string detail, long nowMs)
    {
        if (!_ids.TryNewId(out long counter, out string? id))
        {
            id = "x" + _system.Random() + "-" + _system.Random();
        }

        EventMessage message = new EventMessage();
        message.Id = id;
        message.Kind = kind;
        message.UptimeMs = nowMs;
        message.Detail = detail;
        _system.Log(detail);
        if (_count == Size)
        {
            _system.Log("An event was left out because the board has been away too long.");
            _head = (_head + 1) % Size;
            _count--;
        }

        _ring[(_head + _count) % Size] = message;
        _count++;
    }

    /// <summary>Sends one when there is a connection.</summary>
    public void Step(UplinkSession session)
    {
        if (_count == 0 || !session.IsUp)
        {
            return;
        }

        EventMessage? message = _ring[_head];
        if (message == null || session.Send(message, false))
        {
            _ring[_head] = null;
            _head = (_head + 1) % Size;
            _count--;
        }
    }
}
