namespace Devices.Faults.Plan;

/// <summary>A session's faults, made from a seed and nothing else: the same seed gives the same faults at the same steps.</summary>
internal sealed record FaultPlan(int Seed, IReadOnlyList<FaultRound> Rounds)
{
    public int Count => Rounds.Sum(r => r.Count);

    /// <param name="kinds">Those that may be drawn.</param>
    /// <param name="terminals">How many terminals there are.</param>
    /// <param name="count">Faults in all.</param>
    /// <param name="perRound">Faults between two checks.</param>
    public static FaultPlan Make(int seed, IReadOnlyList<FaultKind> kinds, int terminals, int count, int perRound)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        Random dice = new(seed);
        // Every lane that has a kind to draw from; each terminal's are its own.
        List<(Lane Lane, int Terminal)> lanes = [];
        foreach (Lane lane in Enum.GetValues<Lane>())
        {
            IEnumerable<int> places = lane is Lane.Board ? [] : lane is Lane.Bridge or Lane.Platform ? [-1] : Enumerable.Range(0, terminals);
            lanes.AddRange(places.Where(t => Of(kinds, lane, t, 0).Length > 0).Select(t => (lane, t)));
        }
        FaultKind[] boards = [.. kinds.Where(k => k.Lane == Lane.Board)];

        int n = 0, board = dice.Next(1000);
        var rounds = new List<FaultRound>();
        while (n < count)
        {
            int size = Math.Min(perRound, count - n);
            bool withBoard = boards.Length > 0 && (lanes.Count == 0 || size > 1);
            List<FaultStep>[] steps = [.. lanes.Select(_ => new List<FaultStep>())];
            for (int i = 0; i < size - (withBoard ? 1 : 0) && lanes.Count > 0; i++)
            {
                // The shortest lane next, so that none is long over while another goes on.
                int at = Enumerable.Range(0, lanes.Count).MinBy(l => (steps[l].Sum(s => s.PauseMs + s.HoldMs + Cost(s.Kind)), l));
                FaultKind kind = Draw(dice, Of(kinds, lanes[at].Lane, lanes[at].Terminal, rounds.Count));
                steps[at].Add(new(++n, kind, lanes[at].Terminal, dice.Next(50, 600), dice.Next(kind.HoldMs.Least, kind.HoldMs.Most + 1), dice.Next()));
            }
            // In turns over terminals and kinds, so that a short run has each of them.
            FaultStep? last = withBoard ? new(++n, boards[board % boards.Length], board / boards.Length % terminals, 0, 0, dice.Next()) : null;
            board++;
            rounds.Add(new([.. steps], last));
            if (lanes.Count == 0 && last is null) break;
        }
        return new(seed, rounds);
    }

    // What a start of the process takes on a busy machine, for lanes to end at about the same time.
    private static int Cost(FaultKind kind) => kind.Name switch
    {
        "agent-kill" or "agent-power" => 2500,
        "bridge-kill" => 6000,
        "mcu-kill" or "platform-kill" => 1500,
        "database-kill" => 2500,
        _ => 50,
    };

    /// <summary>Whether a terminal's MQTT passes through relays, which can resend: every second one's does.</summary>
    public static bool Relayed(int terminal) => terminal % 2 == 1;

    // The bridge's clock is the terminals' clock where there is no NTP: moved in every round, no time could be checked sharply.
    private static FaultKind[] Of(IReadOnlyList<FaultKind> kinds, Lane lane, int terminal, int round) =>
    [
        .. kinds.Where(k => k.Lane == lane && (terminal < 0 || Relayed(terminal) || !k.Name.EndsWith("-resend", StringComparison.Ordinal))
            && (k.Name != "bridge-clock" || round % 4 == 0 || kinds.Count(other => other.Lane == lane) == 1)),
    ];

    private static FaultKind Draw(Random dice, FaultKind[] kinds)
    {
        int at = dice.Next(kinds.Sum(k => k.Weight));
        foreach (FaultKind kind in kinds)
            if ((at -= kind.Weight) < 0) return kind;
        throw new InvalidOperationException("The dice fell beyond the weights.");
    }
}
