using System;
using Devices.Link;
using Devices.Terminal.Entries;
using Devices.Terminal.Parts;

namespace Devices.Terminal;

/// <summary>
/// Makes events durable: each goes into the queue's journal like a punch, with an id of its own, and is dropped only on the board's
/// confirm. Exit presses may fill half of the room for events; force, case and faults have the rest. What had no room is counted, and the
/// count becomes an event as soon as there is room.
/// </summary>
public sealed class EventBox
{
    private readonly EntryQueue _queue;
    private readonly ISystem _system;
    private readonly LinkWriter _writer = new LinkWriter();
    private int _leftOut;

    public EventBox(EntryQueue queue, ISystem system)
    {
        _queue = queue ?? throw new ArgumentNullException(nameof(queue));
        _system = system ?? throw new ArgumentNullException(nameof(system));
    }

    /// <summary>Events that had no room since the last one that said so.</summary>
    public int LeftOut
    {
        get { return _leftOut; }
    }

    /// <summary>Takes an event; only <see cref="PutResult.Saved"/> means that it survives a power cut.</summary>
    public PutResult Add(EventKind kind, string detail, string boot, long wallMs, long nowMs)
    {
        _system.Log(detail);
        int room = kind == EventKind.ExitButton ? EntryQueue.EventCapacity / 2 : EntryQueue.EventCapacity;
        if (_queue.Events >= room)
        {
            _leftOut++;
            _system.Log("That event was left out: too many wait for the board.");
            return PutResult.Full;
        }

        if (!_queue.TryNewId(out long counter, out string? id))
        {
            id = "x" + _system.Random() + "-" + _system.Random();
        }

        EventMessage message = new EventMessage();
        message.Id = id;
        message.Kind = kind;
        message.UptimeMs = nowMs;
        message.Boot = boot;
        message.Now = wallMs;
        message.Detail = detail;
        if (!message.TryWrite(_writer, out byte[]? payload, out LinkFault? fault))
        {
            _system.Log("An event was not taken: " + fault.Sentence);
            return PutResult.StorageFault;
        }

        return _queue.Put(counter, id, message.Leaf, payload);
    }

    /// <summary>Says how many were left out, once there is room again.</summary>
    public void Step(string boot, long wallMs, long nowMs)
    {
        if (_leftOut > 0 && _queue.Events < EntryQueue.EventCapacity / 2)
        {
            int count = _leftOut;
            _leftOut = 0;
            Add(EventKind.Fault, count + " events were left out: the board was away too long.", boot, wallMs, nowMs);
        }
    }
}
