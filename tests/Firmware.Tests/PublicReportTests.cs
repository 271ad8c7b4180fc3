using Devices.Firmware.Tests.Sim;
using Devices.Firmware.Tests.Soak;
using Devices.Link;
using Devices.Terminal.Parts;
using Devices.Terminal.Uplink;

namespace Devices.Firmware.Tests;

/// <summary>
/// Public failures of devices like ours on the network, each with what would have caught it. Those that other tests here catch:
/// nanoframework/Home#816 and bertmelis/espMqttClient#163 in <c>Soak/SoakTests</c> and the full queue of <c>TerminalLoopTests</c>;
/// stuartpittaway/diyBMSv4ESP32#187 in <c>DiyBMSv4ESP32_187_a_silent_link_is_noticed_within_15_seconds_and_made_anew</c> and, with real packets dropped,
/// in <c>Agent.Tests/Mcu/SilentDropTests</c>; those of provisioning in <c>Provisioning/ImprovTests</c>.
/// </summary>
public sealed class PublicReportTests
{
    private readonly SimSystem _system = new(1);
    private readonly PlayedPorts _ports = new();

    private MqttLink Link() => new(_ports, new MqttPortSettings("127.0.0.1", 1883, SimTerminal.Id, "key"), new StatusMessage { Firmware = "0.2.0" }, _system);

    /// <summary>nanoframework/Home#1692: after a network drop the client hung in the socket's connect for ever, and the program with it.</summary>
    [Fact]
    public void Home_1692_a_connect_that_hangs_stops_nobody_and_the_next_attempt_has_a_client_of_its_own()
    {
        _ports.Hang = true;
        MqttLink link = Link();
        UplinkSession session = new(link, _system, SimTerminal.Id);
        long now = 0;
        for (; now < 300_000; now += 100) session.Step(now);
        session.IsUp.ShouldBeFalse();
        _ports.Made.ShouldBe(MqttLink.MostThreads, "a hanging one is never used again, and they cannot pile up");
        link.Running.ShouldBe(MqttLink.MostThreads, "which is what the chip's owner reboots for");

        _ports.Hang = false;
        _ports.Release();
        Until(() => link.Running == 0, "the hanging threads to end");
        Until(() =>
        {
            session.Step(now += 100);
            return session.IsUp;
        }, "a connection by a fresh client");
        link.Close();
        Until(() => link.Running == 0, "the last thread to end");
    }

    /// <summary>
    /// UtilitechAS/amsreader-firmware#304, esp8266/Arduino#3330: each reconnect leaked, until only a power cycle helped. (There it was TLS;
    /// this link has none. What is ours is counted: threads and every object that the link holds.)
    /// </summary>
    [Fact]
    public void Amsreader_304_and_Arduino_3330_ten_thousand_reconnects_leave_no_thread_and_no_object_behind()
    {
        MqttLink link = Link();
        (int Objects, long Bytes) first = default;
        for (int i = 1; i <= 10_000; i++)
        {
            link.Begin();
            Until(() => link.Phase is LinkPhase.Open or LinkPhase.Failed, "a connection");
            link.Phase.ShouldBe(LinkPhase.Open);
            if (i % 2 == 0) _ports.Last!.Drop();
            link.Close();
            Until(() => link.Running == 0, "its thread to end");
            if (i == 100) first = ObjectGraph.Of(link);
        }

        ObjectGraph.Of(link).ShouldBe(first);
        _ports.Made.ShouldBe(10_000);
        _ports.Closed.ShouldBe(10_000, "every socket is closed, whichever side ended");
    }

    /// <summary>"Wi-Fi present, no internet" (notes of tinyMQTT#20): no disconnect event comes at a weak signal, so only a missing answer tells.</summary>
    [Fact]
    public void TinyMQTT_20_a_network_that_is_there_and_carries_nothing_is_told_by_the_missing_answer()
    {
        SimBoard board = new(SimTerminal.Id) { Silent = true };
        SimTerminal terminal = new SimTerminal(new MemoryStorage(), board).Run(120_000);
        terminal.Loop.IsConnected.ShouldBeFalse("a socket that is being opened is no connection");
        board.Begins.ShouldBeGreaterThan(3, "each attempt has its limit");
        terminal.Card("04A1B2C3").Run(2500);
        terminal.Screen.ShouldBe(ScreenKind.Offline);
        board.Silent = false;
        terminal.Until(() => terminal.Loop.QueueDepth == 0, 90_000);
        board.Ledger.Count.ShouldBe(1);
    }

    private static void Until(Func<bool> met, string what)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(60);
        SpinWait wait = default;
        while (!met())
        {
            if (DateTime.UtcNow > end) throw new TimeoutException($"Waited in vain for {what}.");
            wait.SpinOnce();
        }
    }

    /// <summary>Clients that connect at once, or never.</summary>
    private sealed class PlayedPorts : IMqttPortFactory
    {
        private readonly ManualResetEventSlim _release = new();
        private int _closed;

        public bool Hang { get; set; }

        public int Made { get; private set; }

        public int Closed => Volatile.Read(ref _closed);

        public Port? Last { get; private set; }

        public IMqttPort Create()
        {
            Made++;
            return Last = new Port(this, Hang);
        }

        public void Release() => _release.Set();

        internal sealed class Port(PlayedPorts ports, bool hang) : IMqttPort
        {
            private volatile bool _connected;

            public bool IsConnected => _connected;

            public string Connect(MqttPortSettings settings, string willTopic, string willMessage, IMqttPortSink sink)
            {
                if (hang)
                {
                    ports._release.Wait();
                    return "the network was away";
                }

                _connected = true;
                return "";
            }

            public string Subscribe(string[] topics) => "";

            public void Publish(string topic, byte[] payload, bool atLeastOnce, bool retain)
            {
                // Nothing is answered: what these tests count needs none.
            }

            public void Drop() => _connected = false;

            public void Close()
            {
                _connected = false;
                Interlocked.Increment(ref ports._closed);
            }
        }
    }
}
