using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Messages;
using Devices.Fuzz.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Devices.Bridge.Tests.Security;

/// <summary>A terminal with a good certificate that sends whatever it likes, byte by byte: the bridge stores nothing of it that is not sound, logs no fault, and serves the others.</summary>
public sealed class SpoiltPacketTests
{
    private const int Connections = 120;
    private const int Seed = 20261126;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Spoilt_MQTT_packets_of_an_enrolled_terminal_harm_nobody()
    {
        using Faults faults = new();
        await using TestBridge bridge = await TestBridge.StartAsync(builder => builder.Logging.AddProvider(faults));
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        TestLedger good = new TestLedger("m2-001").AddMany(3);
        byte[][] samples = Samples(good);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await using TestTerminal other = await bridge.ConnectAsync("m2-002");
        TestLedger others = new("m2-002");

        for (int i = 0; i < Connections; i++)
        {
            Mutator mutator = new(new Random(Seed + i), ["MQTT", "d/m2-001/punches", "d/m2-002/punches", "d/+/state", "#", "$SYS/#"]);
            byte[] session = samples[i % samples.Length];
            // The first packet stays whole in half of them, so that what follows it is read at all.
            byte[] sent = i % 2 == 0 ? [.. session[..Connect().Length], .. mutator.Spoil(session[Connect().Length..], samples, Shape.Bytes, 64 * 1024)] : mutator.Spoil(session, samples, Shape.Bytes, 64 * 1024);
            await SendAsync(bridge.Mqtt, identity.Certificate, sent);
            if (i % 30 == 0)
            {
                others.AddMany(1);
                (await other.PublishAsync(others.All())).ReasonCode.ShouldBe(MQTTnet.MqttClientPublishReasonCode.Success, $"input {i} of seed {Seed}: {Convert.ToBase64String(sent)}");
            }
        }

        faults.Texts.ShouldBeEmpty($"seed {Seed}");
        // What is stored of it is what the terminal's chain really says: the three that are sound, or fewer.
        IReadOnlyList<StoredPunch> stored = await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 1_000, Stop);
        stored.Where(one => one.Punch.Terminal == "m2-001").Select(one => one.Punch).Except(good.All().Punches).ShouldBeEmpty();
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(200L * 1024 * 1024);
        await Until.TrueAsync(async () => !(await bridge.Get<ITerminalStore>().FindTerminalAsync(SiteScope.All, "m2-001"))!.Online, "its sessions have all ended");
    }

    // CONNECT, MQTT 5, clean start, keep-alive 30, client id "m2-001".
    private static byte[] Connect() => [0x10, 19, 0, 4, .. "MQTT"u8, 5, 2, 0, 30, 0, 0, 6, .. "m2-001"u8];

    private static byte[][] Samples(TestLedger ledger)
    {
        byte[] batch = ContractCodec.Write(ledger.All(), ContractJson.Default.PunchBatch), hello = """{"terminal":"m2-001","ledger":"0197b2f0-1111-7000-8000-000000000001","last_seq":0,"last_chain":"","boot":"b"}"""u8.ToArray();
        byte[] subscribe = [0x82, 24, 0, 1, 0, 0, 17, .. "d/m2-001/state/xx"u8, 1, 0xC0, 0];
        return
        [
            [.. Connect(), .. Publish("d/m2-001/punches", batch, 7)],
            [.. Connect(), .. subscribe, .. Publish("d/m2-001/hello", hello, 8)],
            [.. Connect(), .. Publish("d/m2-001/event", """{"id":"e1","kind":"tamper","at":1,"text":"t"}"""u8.ToArray(), 9), 0x62, 2, 0, 9, 0x40, 2, 0, 9],
            [.. Connect(), 0xC0, 0, 0xE0, 0, 0xF0, 0, 0x20, 3, 0, 0, 0],
        ];
    }

    private static byte[] Publish(string topic, byte[] payload, ushort id)
    {
        byte[] name = Encoding.UTF8.GetBytes(topic), version = [38, 0, 1, (byte)'v', 0, 1, (byte)'1'];
        byte[] rest = [(byte)(name.Length >> 8), (byte)name.Length, .. name, (byte)(id >> 8), (byte)id, (byte)version.Length, .. version, .. payload];
        List<byte> packet = [0x32];
        for (int left = rest.Length; ; left >>= 7)
        {
            packet.Add((byte)(left < 128 ? left : (left & 127) | 128));
            if (left < 128) return [.. packet, .. rest];
        }
    }

    private static async Task SendAsync(string mqtt, X509Certificate2 certificate, byte[] bytes)
    {
        Uri at = new(mqtt);
        using TcpClient tcp = new(at.Host, at.Port);
        await using SslStream tls = new(tcp.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls13, ClientCertificates = [certificate], RemoteCertificateValidationCallback = (_, seen, _, _) => seen is not null }, Stop);
            await tls.WriteAsync(bytes, Stop);
            await tls.FlushAsync(Stop);
            // Its answers, until it says nothing more for a moment: most spoilt sessions are closed at once.
            byte[] answer = new byte[4096];
            while (true)
            {
                using CancellationTokenSource quiet = CancellationTokenSource.CreateLinkedTokenSource(Stop);
                quiet.CancelAfter(TimeSpan.FromMilliseconds(40));
                if (await tls.ReadAsync(answer, quiet.Token) == 0) return;
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException && !Stop.IsCancellationRequested)
        {
            // Closed on us, or quiet: both are fine.
        }
    }

    /// <summary>What is logged as a fault of the program.</summary>
    private sealed class Faults : ILoggerProvider, ILogger
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _texts = new();

        public IReadOnlyCollection<string> Texts => _texts;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) _texts.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
