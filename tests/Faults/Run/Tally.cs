using System.Globalization;
using System.Text;
using Devices.Faults.Check;
using Devices.Faults.Plan;

namespace Devices.Faults.Run;

/// <summary>Figures of a run, over all its sessions.</summary>
internal sealed class Tally
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, Row> _rows = [];
    private readonly List<string> _sessions = [];

    /// <summary>One kind's figures. <see cref="Told"/>: people whom a screen told something while such a fault lasted; several kinds overlap.</summary>
    private sealed class Row(FaultKind kind)
    {
        public FaultKind Kind { get; } = kind;
        public long Faults { get; set; }
        public long Told { get; set; }
        public Dictionary<Wrong, int> Wrong { get; } = [];
    }

    public long Faults
    {
        get { lock (_gate) return _rows.Values.Sum(r => r.Faults); }
    }

    public long Presses { get; private set; }
    public long Promised { get; private set; }
    public long Stored { get; private set; }
    public long Held { get; private set; }
    public long Dead { get; private set; }
    public long Delivered { get; private set; }
    public long Forks { get; private set; }
    public long Checks { get; private set; }
    public int Violations { get; private set; }

    /// <summary>A fault was done and undone; so many people were told something meanwhile at the terminals it concerns.</summary>
    public void Done(FaultKind kind, long told)
    {
        lock (_gate)
        {
            Row row = Of(kind);
            row.Faults++;
            row.Told += told;
        }
    }

    /// <summary>A check was made between faults.</summary>
    public void Checked()
    {
        lock (_gate) Checks++;
    }

    /// <summary>A session's end.</summary>
    public void Close(string session, History history)
    {
        lock (_gate)
        {
            _sessions.Add(session);
            Presses += history.Presses.Count;
            Promised += history.Presses.Count(p => p.Told is Told.Thanked or Told.Saved);
            Stored += history.Store.Count;
            Held += history.Shown.Count(r => r.State == "held");
            Dead += history.Shown.Count(r => r.State == "dead");
            Delivered += history.Shown.Count(r => r.State == "delivered");
            Forks += history.Forks.Count;
        }
    }

    /// <summary>Something broke the promise; it is counted at every kind that was under way since the last check, for nobody knows which did it.</summary>
    public void Broke(IReadOnlyList<Violation> violations, IEnumerable<FaultKind> underWay)
    {
        lock (_gate)
        {
            Violations += violations.Count;
            foreach (FaultKind kind in underWay.Distinct())
                foreach (Violation one in violations) Of(kind).Wrong[one.Wrong] = Of(kind).Wrong.GetValueOrDefault(one.Wrong) + 1;
        }
    }

    /// <summary>The Markdown table, and the sums below it.</summary>
    public string Markdown()
    {
        lock (_gate)
        {
            StringBuilder text = new();
            text.AppendLine("| fault | injected | people told meanwhile | lost | doubled | re-timed | misattributed | hidden |");
            text.AppendLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
            foreach (Row row in _rows.Values)
                text.AppendLine(CultureInfo.InvariantCulture, $"| `{row.Kind.Name}` {row.Kind.Words} | {row.Faults:#,0} | {row.Told:#,0} | {row.Wrong.GetValueOrDefault(Wrong.Lost)} | {row.Wrong.GetValueOrDefault(Wrong.Doubled)} | {row.Wrong.GetValueOrDefault(Wrong.Retimed)} | {row.Wrong.GetValueOrDefault(Wrong.Misattributed)} | {row.Wrong.GetValueOrDefault(Wrong.Hidden)} |");
            text.AppendLine(CultureInfo.InvariantCulture, $"| **all** | **{_rows.Values.Sum(r => r.Faults):#,0}** | | | | | | |");
            text.AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"{Presses:#,0} entries by card and PIN, {Promised:#,0} of them promised something (\"thank you\" or \"saved\"); {Stored:#,0} punches stored and shown, of which {Delivered:#,0} delivered, {Held:#,0} held for HR's word about their time, {Dead:#,0} shown as not recorded by the platform; {Forks:#,0} forks, each seen by both sides; {Checks:#,0} checks; {Violations} differences.");
            foreach (string session in _sessions) text.AppendLine(CultureInfo.InvariantCulture, $"- {session}");
            return text.ToString();
        }
    }

    private Row Of(FaultKind kind)
    {
        int at = FaultKind.All.Index().First(k => k.Item == kind).Index;
        if (!_rows.TryGetValue(at, out Row? row)) _rows[at] = row = new(kind);
        return row;
    }
}
