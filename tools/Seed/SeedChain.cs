using System.Globalization;
using Devices.Contract.Punches;

namespace Devices.Seed;

/// <summary>A ledger's head while it is written.</summary>
internal sealed class SeedHead(string terminal, Guid ledger)
{
    public string Terminal { get; } = terminal;
    public Guid Ledger { get; } = ledger;
    public long Seq { get; set; }
    public byte[] Chain { get; set; } = PunchChain.Genesis(ledger);
    public long LastAt { get; set; }
    public long FirstAt { get; set; }
    public long UpdatedAt { get; set; }
}

/// <summary>Gives punches their place in the terminal's ledger and their chain value, as the terminal would have.</summary>
internal sealed class SeedChain(SeedWorld world)
{
    private const string Pack = "faceplugin-rfb-512/1.1.0";
    private readonly Dictionary<(int, Guid), SeedHead> _heads = [];
    private readonly long _end = world.StartOf(world.Days);

    public long NextId { get; set; } = 1;
    public IEnumerable<SeedHead> Heads => _heads.Values;

    public SeedHead Head(int terminal, Guid ledger)
    {
        if (!_heads.TryGetValue((terminal, ledger), out SeedHead? head)) _heads[(terminal, ledger)] = head = new(world.Terminals[terminal].Name, ledger);
        return head;
    }

    public List<SeedRow> Write(int day)
    {
        List<SeedPunch> made = SeedDay.Arriving(world, day);
        List<SeedRow> rows = new(made.Count);
        foreach (SeedPunch one in made)
        {
            SeedTerminal terminal = world.Terminals[one.Terminal];
            SeedHead head = Head(one.Terminal, terminal.LedgerOn(day));
            bool face = one.Method == PunchMethod.Face;
            Punch punch = new()
            {
                Terminal = terminal.Name,
                Ledger = head.Ledger,
                Seq = head.Seq + 1,
                Person = one.Person,
                At = one.At,
                Clock = one.Clock,
                UncertaintyMs = one.Clock switch { ClockQuality.Synced => 0, ClockQuality.Corrected => 40, _ => -1 },
                Method = one.Method,
                Direction = one.Direction,
                Score = face ? 0.55f + (one.Dice % 4096 / 10_000f) : null,
                Threshold = face ? 0.42f : null,
                Liveness = face ? 0.9f + (one.Dice % 512 / 6000f) : null,
                Pack = face ? Pack : null,
                Chain = "",
            };
            head.Chain = PunchChain.Next(head.Chain, punch);
            head.Seq++;
            head.LastAt = Math.Max(head.LastAt, one.At);
            if (head.FirstAt == 0) head.FirstAt = one.ReceivedAt;
            head.UpdatedAt = one.ReceivedAt;
            rows.Add(SeedRow.Of(NextId++, punch, head.Chain, one, _end));
        }

        return rows;
    }

    /// <summary>The heads as text, to go on from after a stop.</summary>
    public string Save() => string.Join(';', _heads.Select(h => string.Create(
        CultureInfo.InvariantCulture, $"{h.Key.Item1},{h.Key.Item2:N},{h.Value.Seq},{Convert.ToHexString(h.Value.Chain)},{h.Value.LastAt},{h.Value.FirstAt},{h.Value.UpdatedAt}")));

    public void Load(string text)
    {
        foreach (string[] part in text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(',')))
        {
            SeedHead head = Head(int.Parse(part[0], CultureInfo.InvariantCulture), Guid.ParseExact(part[1], "N"));
            head.Seq = long.Parse(part[2], CultureInfo.InvariantCulture);
            head.Chain = Convert.FromHexString(part[3]);
            (head.LastAt, head.FirstAt, head.UpdatedAt) = (Number(part[4]), Number(part[5]), Number(part[6]));
        }

        static long Number(string value) => long.Parse(value, CultureInfo.InvariantCulture);
    }
}
