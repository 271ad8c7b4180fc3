using Devices.Contract.Punches;

namespace Devices.Seed;

/// <summary>One punch before it has its seq and chain.</summary>
internal readonly record struct SeedPunch(int Terminal, string Person, long At, long ReceivedAt, PunchMethod Method, PunchDirection Direction, ClockQuality Clock, uint Dice);

/// <summary>
/// The punches of a day in the order in which they arrive: by time, except for a terminal that had no link on that day, whose punches come in
/// the next morning.
/// </summary>
internal static class SeedDay
{
    private const long Minute = 60_000;
    private static readonly int[] Strides = [7919, 7907, 104_729, 3, 1];

    public static List<SeedPunch> Arriving(SeedWorld world, int day)
    {
        List<SeedPunch> all = [];
        if (day > 0)
        {
            long morning = world.StartOf(day) + (6 * 60 * Minute);
            all.AddRange(Made(world, day - 1).Where(p => Offline(p.Terminal, day - 1)).Select((p, i) => p with { ReceivedAt = morning + i }));
        }

        // Nothing may be left over after the last day.
        all.AddRange(Made(world, day).Where(p => day == world.Days - 1 || !Offline(p.Terminal, day)));
        return all;
    }

    private static bool Offline(int terminal, int day) => SeedWorld.Mix((uint)terminal + 1000, (uint)day) % 90 == 0;

    private static List<SeedPunch> Made(SeedWorld world, int day)
    {
        int wanted = world.PunchesOn[day];
        List<SeedPunch> punches = new(wanted);
        Random random = new((int)SeedWorld.Mix((uint)day, 77));
        int people = world.People.Count;
        // A stride that is prime to the number of people meets everybody once before it begins again.
        int stride = Prime(people), at = random.Next(people);
        long start = world.StartOf(day);
        while (punches.Count < wanted)
        {
            at = (at + stride) % people;
            SeedPerson person = world.People[at];
            if (person.LeftAfterDay < day) continue;
            int times = Math.Min(random.NextDouble() switch { < 0.06 => 1, < 0.86 => 2, < 0.95 => 4, _ => 3 }, wanted - punches.Count);
            string id = random.Next(2000) == 0 ? $"x{person.UserId}" : person.UserId; // a userid that the roster does not know
            for (int i = 0; i < times; i++)
            {
                double minute = (i, times) switch
                {
                    (0, _) => 535 + Bell(random, 18),
                    (1, 2) => 1085 + Bell(random, 32),
                    (1, _) => 722 + Bell(random, 10),
                    (2, 3) => 1085 + Bell(random, 32),
                    (2, _) => 790 + Bell(random, 10),
                    _ => 1090 + Bell(random, 35),
                };
                long time = start + (long)(Math.Clamp(minute, 300, 1430) * Minute) + random.Next(60_000);
                uint dice = (uint)random.Next();
                PunchMethod method = (dice % 1000) switch { < 880 => PunchMethod.Face, < 970 => PunchMethod.Card, < 985 => PunchMethod.Pin, < 988 => PunchMethod.Operator, _ => PunchMethod.Wifi };
                ClockQuality clock = (dice / 1000 % 10_000) switch { < 4 => ClockQuality.Held, < 40 => ClockQuality.Corrected, _ => ClockQuality.Synced };
                PunchDirection direction = person.Site == 1 ? i % 2 == 0 ? PunchDirection.In : PunchDirection.Out : PunchDirection.None;
                // Some use another terminal of their site than they mostly do.
                int terminal = random.Next(8) == 0 ? Elsewhere(world, person, random) : person.Terminal;
                punches.Add(new(terminal, id, time, time + 1500 + random.Next(2500), method, direction, clock, dice));
            }
        }

        punches.Sort((a, b) => a.At != b.At ? a.At.CompareTo(b.At) : a.Terminal.CompareTo(b.Terminal));
        return punches;
    }

    private static int Elsewhere(SeedWorld world, SeedPerson person, Random random)
    {
        int sites = world.Plan.Sites, here = (world.Plan.Terminals - person.Site + sites - 1) / sites;
        return person.Site + (sites * random.Next(here));
    }

    private static double Bell(Random random, double spread) => (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * spread * 2;

    private static int Prime(int people) => Strides.First(p => Gcd(p, people) == 1);

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}
