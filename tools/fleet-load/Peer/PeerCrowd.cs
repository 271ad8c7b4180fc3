using System.Net.Sockets;
using System.Security.Authentication;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using Devices.FleetLoad.Fleet;
using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Mqtt;
using Devices.FleetLoad.Terminals;

namespace Devices.FleetLoad.Peer;

/// <summary>
/// The same publishers on the peer: the same certificates, topics and payloads. The broker acknowledges before anything is stored, so it is the
/// subscriber's count that is measured, and nobody publishes more than a window ahead of it: a queue without end would take time from the subscriber.
/// </summary>
internal sealed class PeerCrowd : IAsyncDisposable
{
    private readonly List<(FleetMember Member, MqttLink Link, LoadLedger Ledger)> _all = [];
    private long _published;
    private long _storedMessages;
    private long _storedPunches;

    /// <summary>What the subscriber has committed since it began.</summary>
    public long StoredPunches => Volatile.Read(ref _storedPunches);

    public long Open => Volatile.Read(ref _published) - Volatile.Read(ref _storedMessages);

    public static async Task<PeerCrowd> ConnectAsync(IReadOnlyList<FleetMember> members, Target target, int people)
    {
        PeerCrowd crowd = new();
        foreach (FleetMember[] some in members.Chunk(64))
        {
            (FleetMember, MqttLink, LoadLedger)[] made = await Task.WhenAll(some.Select(async member =>
            {
                try
                {
                    byte[] will = ContractCodec.Write(new StatusMessage { Online = false }, ContractJson.Default.StatusMessage);
                    MqttLink link = await MqttLink.OpenAsync(target, member, Packets.Connect(member.Name, 600, (Topics.For(member.Name, Topics.Status), will)), (_, _) => { }, CancellationToken.None);
                    await link.SubscribeAsync(Topics.Down.Select(leaf => Topics.For(member.Name, leaf)), CancellationToken.None);
                    return (member, link, new LoadLedger(member.Name, people));
                }
                catch (Exception fault) when (fault is IOException or SocketException or AuthenticationException or MqttRefusedException)
                {
                    throw new LoadFault($"{member.Name} could not connect to Mosquitto: {fault.Message}");
                }
            }));
            crowd._all.AddRange(made);
        }

        return crowd;
    }

    /// <summary>Takes a line of the subscriber's.</summary>
    public void Take(string line)
    {
        if (line.Split(' ') is not ["stored", var punches, var messages]) return;
        Volatile.Write(ref _storedPunches, long.Parse(punches, System.Globalization.CultureInfo.InvariantCulture));
        Volatile.Write(ref _storedMessages, long.Parse(messages, System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>A new subscriber counts from nothing.</summary>
    public void Reset() => (_published, _storedMessages, _storedPunches) = (0, 0, 0);

    /// <summary>Everybody publishes until told to stop; one publish in flight each, as terminals do.</summary>
    public async Task PublishAsync(int batch, int window, int seed, CancellationToken stop)
    {
        using SemaphoreSlim ahead = new(window);
        long returned = 0;
        Task give = GiveAsync();
        Random dice = new(seed);
        int[] seeds = [.. _all.Select(_ => dice.Next())];
        await Task.WhenAll(_all.Select((one, i) => OneAsync(one.Member, one.Link, one.Ledger, new Random(seeds[i]))));
        await give;

        async Task GiveAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                await Task.Delay(10, CancellationToken.None);
                long stored = Volatile.Read(ref _storedMessages);
                if (stored <= returned) continue;
                ahead.Release((int)(stored - returned));
                returned = stored;
            }
        }

        async Task OneAsync(FleetMember member, MqttLink link, LoadLedger ledger, Random own)
        {
            string topic = Topics.For(member.Name, Topics.Punches);
            await Task.Yield();
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await ahead.WaitAsync(stop);
                }
                catch (OperationCanceledException)
                {
                    return;
                }

                for (int i = 0; i < batch; i++) ledger.Add(own.Next(0, int.MaxValue));
                List<Punch> punches = ledger.Next(batch);
                byte[] payload = ContractCodec.Write(new PunchBatch { Terminal = member.Name, Ledger = ledger.Id, Punches = punches }, ContractJson.Default.PunchBatch);
                Interlocked.Increment(ref _published);
                if ((await link.PublishAsync(topic, payload, retain: false, CancellationToken.None)).Refused) throw new LoadFault($"Mosquitto refused a publish of {member.Name}.");
                ledger.Confirm(new() { Ledger = ledger.Id, Through = punches[^1].Seq, Chain = punches[^1].Chain, Now = 0 }, null);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((_, MqttLink link, _) in _all) await link.CloseAsync();
    }
}
