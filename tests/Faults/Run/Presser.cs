using System.Net.Sockets;
using Devices.Faults.Check;
using Devices.Faults.World;
using Devices.Up;

namespace Devices.Faults.Run;

/// <summary>
/// The people before one terminal: one after another holds a card or types a number and a PIN, waits for what the screen says, and goes. Who
/// comes is drawn from the seed; when, depends on how long the one before stood there.
/// </summary>
internal sealed class Presser(Village village, Seat seat, IReadOnlyList<Person> people, int seed)
{
    private readonly Random _dice = new(seed);
    private readonly List<(Person Person, long At)> _before = [];
    private int _next;

    /// <summary>How far the bridge's clock may have been moved lately, ms; set by the run.</summary>
    public Func<long> Slack { get; init; } = static () => 0;

    /// <summary>People come until it is cancelled.</summary>
    public async Task Run(double perSecond, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            try
            {
                await Come(enough).ConfigureAwait(false);
                await Task.Delay((int)(_dice.Next(500, 1500) / perSecond), enough).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (enough.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>One person comes, and goes when told.</summary>
    public async Task<Told> Come(CancellationToken enough, Person? who = null)
    {
        Person person = who ?? Draw();
        bool pin = person.Number is not null && _dice.Next(2) == 0;
        long slack = Slack();
        Desk.Standing standing = seat.Desk.Come(person.Id, pin ? "pin" : "card");
        try
        {
            if (pin) await seat.Hands.Keypad($"{person.Number}#{Person.Pin}#", CancellationToken.None).ConfigureAwait(false);
            else await seat.Hands.Card(person.Card, CancellationToken.None).ConfigureAwait(false);
        }
        catch (HttpRequestException fault) when (fault.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.AddressNotAvailable } || fault.HttpRequestError == HttpRequestError.ConnectionError)
        {
            // Nothing listens: the terminal has no power, and nobody was there.
            standing.Void = true;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or IOException)
        {
            // It may have been read before the power went, or a while later where the terminal stood still.
        }
        Told told = Told.Nothing;
        try
        {
            if (!standing.Void) told = await seat.Desk.Answer(standing, TimeSpan.FromSeconds(4), enough).ConfigureAwait(false);
        }
        finally
        {
            if (seat.Mcu is { Running: true } && told == Told.Nothing && !standing.Gone && !standing.Void)
            {
                // It stands still, or is slow: what was handed to it may be read later.
                standing.To = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 15_000;
            }
            else seat.Desk.Go(standing);
            standing.Slack = Math.Max(slack, Slack());
        }
        if (!standing.Void) _before.Add((person, standing.From));
        return told;
    }

    private Person Draw()
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        _before.RemoveAll(b => now - b.At > 60_000);
        // Now and then somebody who was just there: after the reader's own pause (3 s), within the site's window.
        if (_dice.Next(8) == 0 && _before.GroupBy(b => b.Person).FirstOrDefault(b => now - b.Max(one => one.At) is > 3300 and < 5500)?.Key is { } again) return again;
        // Else in turns, and nobody so soon that it would be a repeat.
        for (int i = 0; i < people.Count; i++)
        {
            Person one = people[_next++ % people.Count];
            if (!_before.Any(b => b.Person == one && now - b.At < (Grounds.RepeatSeconds + 8) * 1000L)) return one;
        }
        return people[_next++ % people.Count];
    }

    internal Village Village => village;
}
