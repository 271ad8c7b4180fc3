using System.Globalization;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Edge.Ledger.Store;
using Microsoft.Extensions.Logging;

namespace Devices.Edge.Ledger.Uplink;

public sealed partial class UplinkSession
{
    private async Task<bool> AwaitStateAsync(UplinkConnection connection, long sentMonotonicMs, TimeSpan limit, Func<StateMessage, bool> enough, CancellationToken cancellation)
    {
        long began = _time.GetTimestamp();
        while (true)
        {
            TimeSpan left = limit - _time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero) return false;
            if (await connection.NextAsync(left, cancellation).ConfigureAwait(false) is not { } arrival) return false;
            if (await TakeAsync(arrival, sentMonotonicMs, cancellation).ConfigureAwait(false) is { } state && enough(state)) return true;
        }
    }

    /// <summary>Deals with one arrival; the state where it was a readable one of our ledger.</summary>
    private async Task<StateMessage?> TakeAsync(Arrival arrival, long? sentMonotonicMs, CancellationToken cancellation)
    {
        if (arrival.Leaf.Length == 0) return null;
        if (ContractCodec.CheckVersion(arrival.Version) is { } version)
        {
            Note(UplinkNoteKind.Refused, $"A message of the bridge on '{arrival.Leaf}' was not read: {version.Text}");
            return null;
        }
        if (arrival.Leaf != Topics.State && Topics.IsDown(arrival.Leaf))
        {
            await HandAsync(() => _host.OnDownlinkAsync(arrival.Leaf, arrival.Payload, cancellation), arrival.Leaf).ConfigureAwait(false);
            return null;
        }
        if (arrival.Leaf != Topics.State) return null;
        if (!ContractCodec.TryRead(arrival.Payload, ContractJson.Default.StateMessage, out StateMessage? state, out Problem? problem))
        {
            Note(UplinkNoteKind.Refused, $"The bridge's state was not read: {problem!.Text}");
            return null;
        }
        _lastAnswer = _time.GetUtcNow();
        if (sentMonotonicMs is { } sent) _clock.OfferBridgeTime(state!.Now, sent, arrival.MonotonicMs);
        SlowDown(state!.SlowDownMs ?? 0);
        if (!TakeWatermark(state!)) return null;
        if (state!.Problem is { } refused) TakeProblem(refused, state.Through);
        await HandAsync(() => _host.OnStateAsync(state, cancellation), Topics.State).ConfigureAwait(false);
        return state;
    }

    // The longest asked for since the last batch counts. Below zero and absurdly large values are bounded, not obeyed.
    private void SlowDown(long ms)
    {
        if (ms <= 0) return;
        Quieten(ms);
        TimeSpan asked = TimeSpan.FromMilliseconds(Math.Min(ms, _options.SlowDownCap.TotalMilliseconds));
        if (asked > _slowDown) _slowDown = asked;
    }

    // With up to half as much again by chance: terminals that were told together must not come back together.
    private TimeSpan TakeSlowDown()
    {
        TimeSpan asked = _slowDown;
        _slowDown = TimeSpan.Zero;
        bool told = _slowed;
        _slowed = asked > TimeSpan.Zero;
        if (!_slowed) return asked;
        TimeSpan pause = asked * (1 + Random.Shared.NextDouble() / 2);
        // Told when it begins; how long it lasts is seen in the queue.
        if (!told) Note(UplinkNoteKind.SlowedDown, string.Create(CultureInfo.InvariantCulture, $"The bridge is behind and asks for a pause: {_ledger.Queue} punches wait, next in {pause.TotalSeconds:0.#} s. New punches are recorded as always."));
        return pause;
    }

    // False where the state speaks of another ledger, and so answers nothing of ours.
    private bool TakeWatermark(StateMessage state)
    {
        long before = _ledger.Acknowledged;
        WatermarkVerdict verdict = _ledger.Acknowledge(new(state.Ledger, state.Through, state.Chain));
        switch (verdict)
        {
            case WatermarkVerdict.OtherLedger:
                // A refusal (wrong terminal, version) may come before the bridge knows which ledger is meant.
                if (state.Problem is not null) return true;
                _log.LogInformation("The bridge told the state of another ledger ({Ledger}); ignored.", state.Ledger);
                return false;
            case WatermarkVerdict.Advanced:
                _confirmed = state.Through;
                Note(UplinkNoteKind.Acknowledged, before + 1 == state.Through
                    ? string.Create(CultureInfo.InvariantCulture, $"The bridge has punch {state.Through}.")
                    : string.Create(CultureInfo.InvariantCulture, $"The bridge has punches {before + 1} to {state.Through}."), before + 1, state.Through);
                break;
            case WatermarkVerdict.Rewound:
                _confirmed = state.Through;
                string again = string.Create(CultureInfo.InvariantCulture, $"The bridge has punches through {state.Through} only, though it had told {before}: it was restored from a backup. Punches from {state.Through + 1} on are sent again.");
                _ledger.Events.Add("fork", again, security: true);
                Note(UplinkNoteKind.Rewound, again);
                break;
            case WatermarkVerdict.Same:
                _confirmed = state.Through;
                break;
            case WatermarkVerdict.Trimmed:
                _toShow ??= _ledger.TrimmedThrough + 1;
                Stop(string.Create(CultureInfo.InvariantCulture, $"The bridge has punches through {state.Through} only; this terminal keeps them from {_ledger.TrimmedThrough + 1} on, so those between cannot be sent again. Restore a newer backup of the bridge."));
                break;
            case WatermarkVerdict.Ahead:
                Stop(string.Create(CultureInfo.InvariantCulture, $"The bridge has punches through {state.Through} of this ledger, the terminal only {_ledger.SealedThrough}: this board was cloned or restored from an old image. Nothing was discarded; set the ledger aside so that a new one begins."));
                break;
            case WatermarkVerdict.Fork:
                _toShow ??= state.Through;
                Stop(string.Create(CultureInfo.InvariantCulture, $"At punch {state.Through} the bridge's chain differs from this ledger's: the ledger was cloned, restored or altered. Nothing was discarded; compare both and set this ledger aside."));
                break;
            default:
                throw new InvalidOperationException($"Unknown verdict {verdict}.");
        }
        Volatile.Write(ref _status, _status with { Through = _ledger.Acknowledged, LastAnswer = _lastAnswer, Connects = _connects });
        return true;
    }

    private void TakeProblem(Problem problem, long through)
    {
        _problemSeen = true;
        _pauseWanted = true;
        switch (problem.Code)
        {
            case ProblemCodes.Gap:
                // The watermark, taken just before, has moved the next punch to send: at once, but not in a tight circle.
                _pauseWanted = _gapAt == through;
                _gapAt = through;
                Note(UplinkNoteKind.Refused, string.Create(CultureInfo.InvariantCulture, $"The bridge misses punches before the last batch; sending again from {_confirmed + 1}. {problem.Text}"));
                break;
            case ProblemCodes.Malformed or ProblemCodes.Oversized:
                if (_inFlight == 0)
                    Note(UplinkNoteKind.Refused, $"The bridge did not take a message: {problem.Text}");
                else if (_inFlight == 1)
                    Stop(string.Create(CultureInfo.InvariantCulture, $"The bridge refuses punch {_confirmed + 1}: {problem.Text} It is kept and nothing after it is sent; look at it with 'devices ledger show'."));
                else
                {
                    _pauseWanted = false;
                    _batchLimit = Math.Max(1, _inFlight / 2);
                    Note(UplinkNoteKind.Refused, string.Create(CultureInfo.InvariantCulture, $"The bridge did not take a batch of {_inFlight}: {problem.Text} Trying {_batchLimit} at a time."));
                }
                break;
            case ProblemCodes.Chain when _chainRefusedAt != through:
                // Once may be damage on the way; the same place twice is the ledger's own.
                _chainRefusedAt = through;
                Note(UplinkNoteKind.Refused, string.Create(CultureInfo.InvariantCulture, $"The bridge says that the chain does not follow after punch {through}; sending again once. {problem.Text}"));
                break;
            case ProblemCodes.Chain or ProblemCodes.Fork or ProblemCodes.WrongTerminal or ProblemCodes.Version:
                // Where the watermark has said why already, its sentence stays: two in turns would be two new events at every greeting.
                if (_stopped is null) Stop($"The bridge stopped taking this terminal's punches: {problem.Text} Nothing was discarded.");
                break;
            default:
                // unavailable, and whatever a newer bridge may say: wait and send again, never skip.
                Note(UplinkNoteKind.Refused, $"The bridge cannot take punches now ({problem.Code}): {problem.Text}");
                break;
        }
    }

    private async Task HandAsync(Func<Task> work, string leaf)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            _log.LogError(fault, "A message of the bridge on '{Leaf}' was not carried out.", leaf);
        }
    }

    private void Stop(string why)
    {
        _problemSeen = true;
        _stopped = why;
        // Told again after each lost link, whose sentence would else stand for it; as an event once.
        bool news = _status.Condition != UplinkCondition.Stopped || _stopTold != why;
        Turn(UplinkCondition.Stopped, why);
        if (news) Note(UplinkNoteKind.Stopped, why);
        if (_stopTold == why) return;
        _stopTold = why;
        _ledger.Events.Add("fork", why, security: true);
    }

    private void Turn(UplinkCondition condition, string text)
    {
        UplinkStatus old = _status;
        DateTimeOffset since = old.Condition == condition ? old.Since : _time.GetUtcNow();
        Volatile.Write(ref _status, new(condition, text, since, _ledger.Acknowledged, _connects, _lastAnswer));
    }

    private void Note(UplinkNoteKind kind, string text, long from = 0, long through = 0)
    {
        _log.LogInformation("{Text}", text);
        Noted?.Invoke(new(kind, text, from, through));
    }
}
