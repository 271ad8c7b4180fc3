using System.Globalization;

namespace Devices.Up;

/// <summary>
/// Tells what happens, one line a punch, from the person's face to DingTalk's records:
/// "08:31:02 Grace Hopper recognised 0.71 (threshold 0.43), punch m2-001/1 stored, bridge has it, DingTalk has it".
/// A line waits a few seconds for its end; what takes longer is told in a second line when it is there.
/// </summary>
internal sealed class Narrator(string terminal, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Story> _stories = [];
    private AgentEvent? _recognised;
    private long _acknowledged;

    private sealed class Story
    {
        public required string Start { get; init; }
        public required string Person { get; init; }
        public required long Since { get; init; }
        public bool AtBridge { get; set; }
        public bool AtPlatform { get; set; }
        public string? Told { get; set; }
    }

    /// <summary>Takes a line of the agent's narration.</summary>
    public void Hear(AgentEvent happened)
    {
        lock (_gate)
        {
            switch (happened.Kind)
            {
                case "recognised":
                    _recognised = happened;
                    break;
                case "punch" when happened.Seq is { } seq:
                    string who = happened.Name ?? happened.Person ?? "somebody";
                    string how = happened.Score is { } score && happened.Threshold is { } threshold
                        ? string.Create(CultureInfo.InvariantCulture, $"recognised {score:0.00} (threshold {threshold:0.00})")
                        : _recognised is { Score: { } s, Threshold: { } t } last && last.Person == happened.Person
                            ? string.Create(CultureInfo.InvariantCulture, $"recognised {s:0.00} (threshold {t:0.00})")
                            : "by card";
                    _stories[seq] = new()
                    {
                        Start = $"{Clock(happened.At)} {who} {how}, punch {terminal}/{seq} stored",
                        Person = happened.Person ?? "",
                        Since = time.GetTimestamp(),
                        AtBridge = seq <= _acknowledged,
                    };
                    break;
                case "acknowledged" when happened.Seq is { } through:
                    _acknowledged = Math.Max(_acknowledged, through);
                    foreach ((long seq, Story story) in _stories)
                        if (seq <= through) story.AtBridge = true;
                    break;
                default:
                    Console.WriteLine($"{Clock(happened.At)} {happened.Text}");
                    break;
            }
            Tell();
        }
    }

    /// <summary>Takes what the platform has: the seqs whose punches are in its records.</summary>
    public void Delivered(IEnumerable<long> seqs)
    {
        lock (_gate)
        {
            foreach (long seq in seqs)
                if (_stories.TryGetValue(seq, out Story? story)) story.AtPlatform = story.AtBridge = true;
            Tell();
        }
    }

    /// <summary>A line of our own.</summary>
    public void Say(string text)
    {
        lock (_gate)
        {
            Tell(all: true);
            Console.WriteLine($"{Clock(time.GetUtcNow().ToUnixTimeMilliseconds())} {text}");
        }
    }

    private void Tell(bool all = false)
    {
        foreach (Story story in _stories.Values.ToList())
        {
            bool whole = story.AtBridge && story.AtPlatform;
            if (!whole && !all && (story.Told is not null || time.GetElapsedTime(story.Since) < Patience)) continue;
            string state = (story.AtBridge, story.AtPlatform) switch
            {
                (true, true) => "bridge has it, DingTalk has it",
                (true, false) => "bridge has it, DingTalk not yet",
                _ => "waiting for the bridge",
            };
            if (story.Told == state) continue;
            Console.WriteLine(story.Told is null ? $"{story.Start}, {state}" : $"{Clock(time.GetUtcNow().ToUnixTimeMilliseconds())}   … {story.Start[9..].Split(',')[1].Trim().Replace(" stored", "", StringComparison.Ordinal)}: {state}");
            story.Told = state;
        }
        foreach (long seq in _stories.Where(s => s.Value.Told == "bridge has it, DingTalk has it").Select(s => s.Key).ToList()) _stories.Remove(seq);
    }

    private static string Clock(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    public void Dispose()
    {
        lock (_gate) Tell(all: true);
    }
}
