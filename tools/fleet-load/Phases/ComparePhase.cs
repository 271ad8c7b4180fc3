using System.Globalization;
using Devices.FleetLoad.Checks;
using Devices.FleetLoad.Fleet;
using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Peer;
using Devices.FleetLoad.Reports;
using Devices.FleetLoad.Terminals;

namespace Devices.FleetLoad.Phases;

/// <summary>
/// The bridge against Mosquitto with a subscriber that commits to SQLite, in turns, the same publishers with the same payloads: durable punches a
/// second. Everybody publishes as fast as what was published before is stored.
/// </summary>
internal sealed class ComparePhase(LoadOptions options, FleetFolder fleet, Action<string> say)
{
    private const int Together = 256; // as many as the bridge's own group commit takes at most

    /// <summary>Who takes part: the bridge, and the peer with a commit for each message or for many.</summary>
    public static readonly string[] Contenders = ["bridge", "each", "many"];

    private readonly Dictionary<(string Who, int Batch), List<Round>> _rounds = [];

    private sealed record Round(double PerSecond, double Server, double Subscriber, double Generator);

    public async Task<(Section Section, StoreCheck Check)> RunAsync()
    {
        FleetMember[] members = [.. fleet.Members.Take(options.Publishers)];
        string[] contenders = options.Only.Count > 0 ? [.. Contenders.Where(options.Only.Contains)] : Contenders;
        double syncs = Facts.SyncsPerSecond(options.Data);
        await using BridgeHost bridge = await BridgeHost.StartAsync(options.Bridge, Path.Combine(options.Data, "compare"), options.Postgres, fleet, members);
        await using MosquittoHost mosquitto = await MosquittoHost.StartAsync(Path.Combine(options.Data, "peer"), fleet);
        Crowd crowd = new(members, bridge.Target, options.People, options.Seed, options.AtOnce);
        try
        {
            crowd.Start();
            await Crowd.UntilAsync(() => crowd.Online == members.Length, TimeSpan.FromSeconds(90), $"{members.Length} publishers are connected to the bridge ({Figures.Reasons(crowd.Tally)})");
            await using PeerCrowd peer = await PeerCrowd.ConnectAsync(members, mosquitto.Target, options.People);
            for (int round = 0; round < options.Rounds; round++)
                foreach (int batch in options.Batches)
                    foreach (string who in contenders)
                    {
                        Round one = who == "bridge" ? await OursAsync(bridge, crowd, batch) : await TheirsAsync(mosquitto, peer, who, batch, round);
                        if (!_rounds.TryGetValue((who, batch), out List<Round>? all)) _rounds[(who, batch)] = all = [];
                        all.Add(one);
                        say(Figures.Text($"compare, round {round + 1}, {batch} a publish, {Name(who)}: {one.PerSecond:#,0} durable punches a second"));
                    }
        }
        finally
        {
            await crowd.DisposeAsync();
        }

        await bridge.StopAsync();
        StoreCheck check = await StoreCheck.RunAsync(bridge.Options, crowd.Terminals.Select(one => (one.Name, one.Ledger)), crowd.Misfits);
        say(check.Sentence);
        string key = options.Postgres.Length > 0 ? "compare-postgresql" : "compare-sqlite";
        return (new(key, $"Against Mosquitto and a subscriber (bridge on {options.Store})", string.Join('\n', [.. Lines(contenders, mosquitto.Version, syncs), "", check.Sentence])), check);
    }

    private async Task<Round> OursAsync(BridgeHost bridge, Crowd crowd, int batch)
    {
        crowd.MaxBatch = batch;
        crowd.Endless = batch;
        crowd.WakeAll();
        await Task.Delay(1000);
        Tally tally = crowd.Tally = new();
        Spent spent = new(("server", bridge.Id), (FleetRun.Generator, Environment.ProcessId));
        await Task.Delay(TimeSpan.FromSeconds(options.RoundSeconds));
        Round round = new(tally.Punches / spent.Elapsed.TotalSeconds, spent.Cores("server"), 0, spent.Cores(FleetRun.Generator));
        crowd.Endless = 0;
        await FleetRun.DrainedAsync(crowd, bridge);
        return round;
    }

    private async Task<Round> TheirsAsync(MosquittoHost mosquitto, PeerCrowd peer, string who, int batch, int round)
    {
        TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        string file = Path.Combine(options.Data, "peer", string.Create(CultureInfo.InvariantCulture, $"{who}-{batch}-{round}.db"));
        peer.Reset();
        await using Child subscriber = Child.Start("The peer's subscriber", Environment.ProcessPath!, Self([PeerSubscriber.Verb, mosquitto.Inner.ToString(CultureInfo.InvariantCulture), file, who == "each" ? "1" : Together.ToString(CultureInfo.InvariantCulture)]), file + ".log", line =>
        {
            if (line == PeerSubscriber.Ready) ready.TrySetResult();
            peer.Take(line);
        });
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(20));
        using CancellationTokenSource stop = new();
        // Enough that a subscriber that commits many together never waits for work; what is open at the end is drained.
        Task publishing = peer.PublishAsync(batch, batch == 1 ? 2_000 : 512, options.Seed + round, stop.Token);
        await Task.Delay(1000);
        long before = peer.StoredPunches;
        Spent spent = new(("server", mosquitto.Id), ("subscriber", subscriber.Id), (FleetRun.Generator, Environment.ProcessId));
        await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(options.RoundSeconds)), publishing);
        Round result = new((peer.StoredPunches - before) / spent.Elapsed.TotalSeconds, spent.Cores("server"), spent.Cores("subscriber"), spent.Cores(FleetRun.Generator));
        await stop.CancelAsync();
        await publishing;
        await Crowd.UntilAsync(() => mosquitto.HasExited ? throw mosquitto.Ended() : subscriber.HasExited ? throw subscriber.Ended() : peer.Open == 0, TimeSpan.FromSeconds(60), $"the subscriber stores what is open ({peer.Open} messages)");
        return result;
    }

    // The program is started as it was itself: by its own executable, or by dotnet and its assembly.
    private static string[] Self(string[] arguments) =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "Devices.FleetLoad.dll"), .. arguments] : arguments;

    private IEnumerable<string> Lines(string[] contenders, string version, double syncs)
    {
        yield return Figures.Text($"{options.Publishers:#,0} publishers, connected to both all the time, TLS 1.3 with their own certificates; {options.Rounds} rounds of {options.RoundSeconds:0} s each in turns, medians. The peer is {version} (Debian) and a subscriber (MQTTnet, QoS 1, manual acknowledgement) that commits each message, or as many as wait (at most {Together}), to SQLite (WAL, `synchronous=FULL`). To the peer's favour: the subscriber needs no TLS, no queue is limited, and it neither checks chains nor keeps an outbox, indexes, counters or watermarks; Mosquitto acknowledges before anything is stored. This disk took {syncs:#,0} durable writes of 4 KiB a second, one after the other.");
        yield return "";
        yield return "| punches a publish | who | durable punches a second | of each round | broker or bridge, cores | subscriber, cores | generator, cores | bridge / it |";
        yield return "| ---: | --- | ---: | --- | ---: | ---: | ---: | ---: |";
        foreach (int batch in options.Batches)
            foreach (string who in contenders)
            {
                List<Round> rounds = _rounds[(who, batch)];
                double median = Figures.Median(rounds.Select(one => one.PerSecond));
                string ratio = who != "bridge" && _rounds.TryGetValue(("bridge", batch), out List<Round>? ours) ? Figures.Text($"**{Figures.Median(ours.Select(one => one.PerSecond)) / median:0.00}**") : "";
                yield return Figures.Text($"| {batch} | {Name(who)} | {median:#,0} | {string.Join(", ", rounds.Select(one => Figures.Count(one.PerSecond)))} | {Figures.Median(rounds.Select(one => one.Server)):0.00} | {(who == "bridge" ? "–" : Figures.Text($"{Figures.Median(rounds.Select(one => one.Subscriber)):0.00}"))} | {Figures.Median(rounds.Select(one => one.Generator)):0.00} | {ratio} |");
            }
    }

    private static string Name(string who) => who switch { "bridge" => "bridge", "each" => "Mosquitto, a commit a message", _ => "Mosquitto, a commit for all that wait" };
}
