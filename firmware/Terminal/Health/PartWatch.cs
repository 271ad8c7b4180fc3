using System;
using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Health;

/// <summary>
/// Looks after the parts: a new fault of one becomes an event (at most one a part in ten minutes), a part that throws is left out for a while
/// and tried again, temperature and voltage are read for the status.
/// </summary>
public sealed class PartWatch
{
    private const int TellEveryMs = 600000;
    private const int PauseMs = 5000;

    private readonly TerminalParts _parts;
    private readonly EventBox _events;
    private readonly PartFault?[] _told;
    private readonly long[] _toldMs;
    private readonly long[] _pausedUntilMs;
    private readonly long[] _thrownMs;

    /// <param name="parts">The parts.</param>
    /// <param name="events">Where faults are told.</param>
    /// <param name="inputs">How many groups of inputs the loop guards with <see cref="MayRun"/>.</param>
    public PartWatch(TerminalParts parts, EventBox events, int inputs)
    {
        _parts = parts ?? throw new ArgumentNullException(nameof(parts));
        _events = events ?? throw new ArgumentNullException(nameof(events));
        _told = new PartFault?[parts.Health.Length];
        _toldMs = new long[parts.Health.Length];
        _pausedUntilMs = new long[inputs];
        _thrownMs = new long[inputs];
        for (int i = 0; i < _toldMs.Length; i++)
        {
            _toldMs[i] = -TellEveryMs;
        }

        for (int i = 0; i < inputs; i++)
        {
            _thrownMs[i] = -TellEveryMs;
        }
    }

    /// <summary>Whether a group of inputs may be run; not for a while after it threw.</summary>
    public bool MayRun(int input, long nowMs)
    {
        return nowMs >= _pausedUntilMs[input];
    }

    /// <summary>A group of inputs threw: the others go on.</summary>
    public void Threw(int input, string name, Exception e, string boot, long wallMs, long nowMs)
    {
        _pausedUntilMs[input] = nowMs + PauseMs;
        if (nowMs - _thrownMs[input] >= TellEveryMs)
        {
            _thrownMs[input] = nowMs;
            _events.Add(EventKind.Fault, "The part '" + name + "' failed: " + e.Message, boot, wallMs, nowMs);
        }
    }

    public void Step(string boot, long wallMs, long nowMs)
    {
        for (int i = 0; i < _told.Length; i++)
        {
            PartFault? fault = _parts.Health[i].Fault;
            if (fault == _told[i])
            {
                continue;
            }

            if (fault == null)
            {
                _parts.System.Log("Well again: " + (_told[i] == null ? "a part" : _told[i]!.Part) + ".");
                _told[i] = null;
            }
            else if (nowMs - _toldMs[i] >= TellEveryMs)
            {
                _told[i] = fault;
                _toldMs[i] = nowMs;
                _events.Add(EventKind.Fault, fault.Sentence, boot, wallMs, nowMs);
            }
        }
    }

    /// <summary>Fills in what the sensors say now.</summary>
    public void Measure(StatusMessage status)
    {
        int celsius = 0;
        int millivolts = 0;
        bool warm = _parts.Thermometer != null && _parts.Thermometer.TryReadCelsius100(out celsius) && celsius >= -10000 && celsius <= 20000;
        bool fed = _parts.Voltmeter != null && _parts.Voltmeter.TryReadMillivolts(out millivolts) && millivolts >= 0 && millivolts <= 100000;
        status.Celsius100 = warm ? celsius : StatusMessage.NotMeasured;
        status.Millivolts = fed ? millivolts : StatusMessage.NotMeasured;
    }
}
