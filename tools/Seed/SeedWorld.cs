using System.Globalization;

namespace Devices.Seed;

internal sealed record SeedPerson(string UserId, string Name, string JobNumber, int Department, int Site, int Terminal, int LeftAfterDay);

/// <summary>A terminal with the ledgers it wrote: the second begins on the day its board was replaced.</summary>
internal sealed record SeedTerminal(string Name, int Site, Guid First, Guid? Second, int ReplacedOn)
{
    public Guid LedgerOn(int day) => Second is { } second && day >= ReplacedOn ? second : First;
}

/// <summary>Who works where: made from numbers alone.</summary>
internal sealed class SeedWorld
{
    /// <summary>Never leaves.</summary>
    public const int Stays = int.MaxValue;

    private const string Surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹";
    private const string Given = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰玉婷雪宇浩博文轩晨阳思佳";
    private static readonly string[] Western = ["Ada Lovelace", "Grace Hopper", "Alan Turing", "Edsger Dijkstra", "Barbara Liskov", "José Núñez", "Katherine Johnson"];

    public SeedWorld(SeedPlan plan)
    {
        Plan = plan;
        FirstDay = plan.End.AddMonths(-plan.Months).AddDays(1);
        Days = plan.End.DayNumber - FirstDay.DayNumber + 1;
        Terminals = [.. Enumerable.Range(0, plan.Terminals).Select(Terminal)];
        People = [.. Enumerable.Range(0, plan.People).Select(Person)];
        double[] weights = [.. Enumerable.Range(0, Days).Select(Weight)];
        double sum = weights.Sum();
        // Rounded on the running sum, so that the days add up to the wanted number exactly.
        double run = 0;
        long given = 0;
        PunchesOn = new int[Days];
        for (int day = 0; day < Days; day++)
        {
            run += weights[day];
            long through = (long)Math.Round(plan.Punches * run / sum);
            PunchesOn[day] = (int)(through - given);
            given = through;
        }
    }

    public SeedPlan Plan { get; }
    public DateOnly FirstDay { get; }
    public int Days { get; }
    public int[] PunchesOn { get; }
    public IReadOnlyList<SeedTerminal> Terminals { get; }
    public IReadOnlyList<SeedPerson> People { get; }

    /// <summary>Midnight of a day at UTC+8, ms since the Unix epoch.</summary>
    public long StartOf(int day) => new DateTimeOffset(FirstDay.AddDays(day).ToDateTime(TimeOnly.MinValue), TimeSpan.FromHours(8)).ToUnixTimeMilliseconds();

    public static string SiteName(int site) => site switch { 0 => "shanghai", 1 => "suzhou", 2 => "berlin", _ => string.Create(CultureInfo.InvariantCulture, $"site-{site + 1}") };

    public static uint Mix(uint a, uint b)
    {
        uint x = (a * 0x9E3779B1u) ^ (b * 0x85EBCA77u) ^ 0x27D4EB2Fu;
        x = (x ^ (x >> 15)) * 0x2C1B3C6Du;
        x = (x ^ (x >> 12)) * 0x297A2D39u;
        return x ^ (x >> 15);
    }

    // A week has five full days; the first working day of a month is a busy one, when everybody comes in.
    private double Weight(int day)
    {
        DateOnly date = FirstDay.AddDays(day);
        double weight = date.DayOfWeek switch { DayOfWeek.Saturday => 0.15, DayOfWeek.Sunday => 0.04, _ => 1 };
        return weight == 1 && (date.Day == 1 || (date.Day <= 3 && date.DayOfWeek == DayOfWeek.Monday)) ? 2.2 : weight;
    }

    private SeedTerminal Terminal(int i)
    {
        bool replaced = i % 12 == 5;
        return new(string.Create(CultureInfo.InvariantCulture, $"m2-{i + 1:000}"), i % Plan.Sites, Ledger(i, 1), replaced ? Ledger(i, 2) : null, Days * 2 / 3);
    }

    // Shaped as a UUID of version 7; its time is the first day's.
    private Guid Ledger(int terminal, int number)
    {
        Span<byte> id = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(id, StartOf(0) << 16);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(id[6..], (int)Mix((uint)terminal, (uint)number));
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(id[12..], (int)Mix((uint)terminal + 7, (uint)number + 11));
        id[6] = (byte)(0x70 | (id[6] & 0x0F));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new(id, bigEndian: true);
    }

    private SeedPerson Person(int i)
    {
        uint r = Mix((uint)i, 3);
        int site = (int)(r % 100) < 60 || Plan.Sites == 1 ? 0 : 1 + (int)(r / 100 % (uint)(Plan.Sites - 1));
        int here = (Plan.Terminals - site + Plan.Sites - 1) / Plan.Sites;
        int terminal = site + (Plan.Sites * (int)(Mix((uint)i, 5) % (uint)here));
        string name = i % 40 == 7 ? Western[i / 40 % Western.Length]
            : string.Concat(Surnames[(int)(r % (uint)Surnames.Length)], Given[(int)(r / 31 % (uint)Given.Length)]) + (r % 3 == 0 ? "" : Given[(int)(r / 997 % (uint)Given.Length)].ToString());
        string id = string.Create(CultureInfo.InvariantCulture, $"u{i + 1:00000}");
        // Three in a hundred left meanwhile.
        int left = Mix((uint)i, 9) % 33 == 0 ? (int)(Mix((uint)i, 10) % (uint)Days) : Stays;
        return new(id, name, (i + 1).ToString("000000", CultureInfo.InvariantCulture), 1 + (int)(Mix((uint)i, 4) % (uint)Plan.Departments), site, terminal, left);
    }
}
