using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Edge.Ledger.Uplink;

namespace Devices.Edge.Agent.Photos;

/// <summary>
/// Sends waiting photos, oldest first, one at a time, each after the bridge has its punch, and only while no punch waits and the bridge
/// has asked for no pause: a punch waits for at most the one photo that is on the wire. Deletes what the bridge has or does not want.
/// </summary>
/// <param name="publish">Sends one message up.</param>
/// <param name="quiet">For how long the bridge has asked for silence; null while there is no link.</param>
public sealed class PhotoSender(
    PhotoBox box, LedgerStore ledger, PeopleStore people, TrustedClock clock, Func<string, byte[], CancellationToken, Task<PublishAnswer>> publish, Func<TimeSpan?> quiet,
    Narration narration, TimeProvider time)
{
    /// <summary>Between two photos: a backlog of thousands must not fill a thin link.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(10);

    // One that the bridge cannot take yet must not hold the others up for ever.
    private const int LookedAt = 16;
    private readonly Dictionary<long, (long From, TimeSpan Wait)> _later = [];
    private long _restFrom;
    private TimeSpan _rest;
    private bool _unwantedTold;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        long swept = time.GetTimestamp();
        box.MakeRoom(Now());
        while (true)
        {
            if (time.GetElapsedTime(swept) >= SweepEvery)
            {
                box.MakeRoom(Now());
                swept = time.GetTimestamp();
            }

            bool sent = await OneAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(sent ? Pace : LookAgain, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends one photo where that is allowed now. False where there was nothing to do.</summary>
    internal async Task<bool> OneAsync(CancellationToken cancellationToken)
    {
        if (!MaySend() || Next() is not { } photo) return false;
        if (!IsKnown(photo.Person))
        {
            // Erased between the decision and the photo, or by a run that a crash ended.
            box.Erase(photo.Person);
            return true;
        }

        if (box.Read(photo) is not { } jpeg) return true;
        PublishAnswer answer = await publish($"{Topics.Photo}/{photo.Sha256}", jpeg, cancellationToken).ConfigureAwait(false);
        Take(photo, answer);
        return true;
    }

    private bool MaySend() => time.GetElapsedTime(_restFrom) >= _rest && quiet() is { } pause && pause <= TimeSpan.Zero && ledger.SealedThrough <= ledger.Acknowledged;

    private WaitingPhoto? Next() =>
        box.Due(ledger.Acknowledged, LookedAt).FirstOrDefault(one => !_later.TryGetValue(one.Seq, out (long From, TimeSpan Wait) later) || time.GetElapsedTime(later.From) >= later.Wait);

    private void Take(WaitingPhoto photo, PublishAnswer answer)
    {
        switch (answer)
        {
            case { Taken: true }:
                box.Done(photo);
                box.Well();
                _later.Remove(photo.Seq);
                _unwantedTold = false;
                return;
            case { Refused: false }:
                Rest(LookAgain); // The link went: the next one begins with its punches.
                return;
            case { Code: ProblemCodes.Unwanted }:
                box.Drop(photo, null);
                _later.Remove(photo.Seq);
                if (!_unwantedTold) narration.Warn("photos", $"The bridge does not want a photo, and it was deleted here: {answer.Words}.");
                _unwantedTold = true;
                return;
            case { Code: ProblemCodes.Malformed or ProblemCodes.Oversized or ProblemCodes.WrongTerminal }:
                box.Drop(photo, $"The bridge refuses a photo for good, and it was deleted here: {answer.Words}.");
                _later.Remove(photo.Seq);
                return;
            default:
                // The bridge is behind, has no room, or (restored from a backup) has not the punch again yet.
                if (answer.SlowDownMs > 0) Rest(TimeSpan.FromMilliseconds(Math.Min(answer.SlowDownMs, LongestRetry.TotalMilliseconds)));
                TimeSpan wait = _later.TryGetValue(photo.Seq, out (long From, TimeSpan Wait) last) ? last.Wait * 2 : TimeSpan.FromSeconds(5);
                _later[photo.Seq] = (time.GetTimestamp(), wait < LongestRetry ? wait : LongestRetry);
                return;
        }
    }

    private void Rest(TimeSpan wait)
    {
        _restFrom = time.GetTimestamp();
        _rest = wait;
    }

    private bool IsKnown(string person)
    {
        try
        {
            return people.Find(person) is not null;
        }
        catch (GalleryException)
        {
            return true;
        }
    }

    private DateTimeOffset? Now() => clock.Read() is { Trusted: true } now ? DateTimeOffset.FromUnixTimeMilliseconds(now.AtMs) : null;
}
