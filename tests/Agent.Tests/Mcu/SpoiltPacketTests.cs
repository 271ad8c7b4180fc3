using System.Net.Sockets;
using System.Text;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Tests.Support;
using Devices.Fuzz.Engine;
using Devices.Link;

namespace Devices.Edge.Agent.Tests.Mcu;

/// <summary>Whoever has the wall-side cable, with and without the MCU's password, sends whatever it likes: nothing becomes a punch, and the MCU is served on.</summary>
public sealed class SpoiltPacketTests
{
    private const int Connections = 250;
    private const int Seed = 20261126;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(McuBench.Password)]
    [InlineData("not-the-password")]
    public async Task Spoilt_MQTT_packets_at_the_MCUs_broker_make_no_punch_and_the_next_card_works(string password)
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("u1", "Grace", ["04A1B2C3"], null, null).ShouldBeNull();
        byte[] connect = Connect(password);
        byte[][] samples = Samples(connect);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < Connections; i++)
        {
            Mutator mutator = new(new Random(Seed + i), ["MQTT", "m/m2-001/card", "m/m2-001/door", "#", "$SYS/#"]);
            byte[] session = samples[i % samples.Length];
            byte[] sent = i % 2 == 0 ? [.. session[..connect.Length], .. mutator.Spoil(session[connect.Length..], samples, Shape.Bytes, 16 * 1024)] : mutator.Spoil(session, samples, Shape.Bytes, 16 * 1024);
            await SendAsync(bench.Broker.Port, sent);
        }

        // No spoilt bytes were a card of somebody's by luck: its number stands in no sample.
        bench.Ledger.LastSeq.ShouldBe(0, $"seed {Seed}");
        bench.Broker.IsRunning.ShouldBeTrue();
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(100L * 1024 * 1024);
        await using McuClient mcu = await bench.McuAsync();
        await mcu.CardAsync("abcd1234-7", "04A1B2C3");
        await Until.True(() => bench.Ledger.LastSeq == 1, $"the MCU's own card is recorded after {Connections} spoilt sessions");
    }

    private static byte[] Connect(string password)
    {
        byte[] rest = [0, 4, .. "MQTT"u8, 5, 0xC2, 0, 30, 0, 0, 3, .. "mcu"u8, 0, 6, .. "m2-001"u8, 0, (byte)password.Length, .. Encoding.UTF8.GetBytes(password)];
        return [0x10, (byte)rest.Length, .. rest];
    }

    private static byte[][] Samples(byte[] connect)
    {
        byte[] card = """{"v":1,"id":"abcd1234-9","uid":"04FFFFFF","uptime_ms":5,"boot":"b1","now":0,"direction":"in"}"""u8.ToArray(), ping = """{"v":1,"n":5}"""u8.ToArray();
        byte[] topic = Encoding.UTF8.GetBytes(LinkTopics.For("m2-001", LinkTopics.Door));
        byte[] subscribe = [0, 1, 0, 0, (byte)topic.Length, .. topic, 1];
        return
        [
            [.. connect, .. Publish(LinkTopics.Card, card, 7)],
            [.. connect, 0x82, (byte)subscribe.Length, .. subscribe, .. Publish(LinkTopics.Ping, ping, 8)],
            [.. connect, 0xC0, 0, 0x62, 2, 0, 9, 0x40, 2, 0, 9, 0xE0, 0],
        ];
    }

    private static byte[] Publish(string leaf, byte[] payload, ushort id)
    {
        byte[] name = Encoding.UTF8.GetBytes(LinkTopics.For("m2-001", leaf));
        byte[] rest = [0, (byte)name.Length, .. name, (byte)(id >> 8), (byte)id, 0, .. payload];
        return [0x32, (byte)((rest.Length & 127) | 128), (byte)(rest.Length >> 7), .. rest];
    }

    private static async Task SendAsync(int port, byte[] bytes)
    {
        using TcpClient tcp = new("127.0.0.1", port);
        try
        {
            NetworkStream stream = tcp.GetStream();
            await stream.WriteAsync(bytes, Stop);
            byte[] answer = new byte[1024];
            while (true)
            {
                using CancellationTokenSource quiet = CancellationTokenSource.CreateLinkedTokenSource(Stop);
                quiet.CancelAfter(TimeSpan.FromMilliseconds(15));
                if (await stream.ReadAsync(answer, quiet.Token) == 0) return;
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException && !Stop.IsCancellationRequested)
        {
            // Closed on us, or quiet: both are fine.
        }
    }
}
