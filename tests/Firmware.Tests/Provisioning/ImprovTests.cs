using System.Text;
using CsCheck;
using Devices.Firmware.Tests.Sim;
using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;
using Devices.Terminal.Provisioning;

namespace Devices.Firmware.Tests.Provisioning;

/// <summary>Improv over a serial line, against the published packets and against a host that breaks off, babbles, or never comes back.</summary>
public sealed class ImprovTests
{
    private readonly Line _line = new();
    private readonly Wifi _wifi = new();
    private readonly MemoryStorage _storage = new();
    private readonly SimSystem _system = new(1);
    private readonly WifiFile _file;
    private readonly ImprovSession _session;
    private long _now;

    public ImprovTests()
    {
        _file = new WifiFile(_storage);
        _session = new ImprovSession(_line, _wifi, _file, _system, ["Devices", "0.2.0", "ESP32-S3", "m2-001"], provisioned: false);
    }

    [Fact]
    public void The_published_request_for_the_state_is_answered_byte_for_byte()
    {
        // A known host's request, and ESPHome's answer: error 0, state 2.
        Send(Convert.FromHexString("494D50524F5601030202 00E50A".Replace(" ", "", StringComparison.Ordinal)));
        Run(100);
        Packets().Select(p => Convert.ToHexString([p.Type, .. p.Data])).ShouldBe(["0200", "0102"]);
        Encoding.ASCII.GetString(_line.Out[..6]).ShouldBe("IMPROV");
        _line.Out[^1].ShouldBe((byte)0x0A);
    }

    [Fact]
    public void Settings_are_written_only_after_the_join_worked()
    {
        Settings("办公室", "a password");
        Run(5000);
        _session.State.ShouldBe(ImprovState.Provisioning);
        _storage.Exists(WifiFile.FileName).ShouldBeFalse();
        _wifi.Joined.ShouldBe(("办公室", "a password"));
        _wifi.State = WifiJoin.Joined;
        Run(100);
        _session.State.ShouldBe(ImprovState.Provisioned);
        _session.TakeCommitted().ShouldBeTrue();
        WifiFile read = new(_storage);
        read.Load().ShouldBeTrue();
        (read.Ssid, read.Password).ShouldBe(("办公室", "a password"));
        Packets().Select(p => Convert.ToHexString([p.Type, .. p.Data])).ShouldBe(["0200", "0103", "0104", "040100"]);
        _system.Lines.ShouldNotContain(line => line.Contains("a password", StringComparison.Ordinal));
    }

    /// <summary>espressif/esp-rainmaker#275: a right password was told as a wrong one (a handshake that timed out), and the reason was gone.</summary>
    [Theory]
    [InlineData(15, "wrong password, or weak signal")]
    [InlineData(201, "no such network")]
    [InlineData(77, "reason 77")]
    public void Esp_rainmaker_275_a_join_that_fails_says_so_keeps_the_raw_reason_and_goes_back_to_what_worked(int reason, string words)
    {
        _file.Save("old", "secret").ShouldBeTrue();
        Settings("new", "wrong");
        Run(1000);
        _wifi.Reason = reason;
        _wifi.State = WifiJoin.Failed;
        Run(100);
        (_session.State, _session.Error, _session.LastReason).ShouldBe((ImprovState.Ready, ImprovError.CannotConnect, reason));
        _system.Lines.ShouldContain(line => line.Contains(words, StringComparison.Ordinal));
        _wifi.Joined.ShouldBe(("old", "secret"));
        new WifiFile(_storage).Load().ShouldBeTrue();

        // And the host may try again.
        Settings("new", "right");
        _wifi.State = WifiJoin.Joined;
        Run(100);
        _session.State.ShouldBe(ImprovState.Provisioned);
    }

    /// <summary>esphome/esphome#18323, esphome/esp-web-tools#646, #289: the host's spinner turned for ever, or fell back to the password, since the board never answered.</summary>
    [Fact]
    public void Esphome_18323_a_join_that_never_ends_is_answered_before_any_host_gives_up()
    {
        Settings("far", "away12345");
        long waited = 0;
        while (_session.State == ImprovState.Provisioning && waited < 60_000) waited += Run(100);
        waited.ShouldBeLessThan(30_000, "ESPHome waits 30 s, ESP Web Tools 45 s");
        _session.Error.ShouldBe(ImprovError.CannotConnect);
    }

    [Fact]
    public void A_second_host_in_the_middle_of_a_join_gets_the_state_and_disturbs_nothing()
    {
        Settings("one", "password1");
        Run(100);
        Settings("two", "password2");
        Run(100);
        _wifi.Joined.ShouldBe(("one", "password1"));
        Packets()[^1].ShouldBe((ImprovReader.TypeState, [(byte)ImprovState.Provisioning]), new PacketComparer());
    }

    [Fact]
    public void A_flash_that_refuses_is_no_success()
    {
        _storage.Refuses = true;
        Settings("one", "password1");
        _wifi.State = WifiJoin.Joined;
        Run(100);
        (_session.State, _session.Error).ShouldBe((ImprovState.Ready, ImprovError.Unknown));
        _session.TakeCommitted().ShouldBeFalse();
    }

    [Fact]
    public void Device_information_names_and_networks_are_told()
    {
        Send(Rpc(3));
        Send(Rpc(5));
        Send(Rpc(6));
        Run(200);
        Results().Select(r => string.Join('|', r.Texts)).ShouldBe(["Devices|0.2.0|ESP32-S3|m2-001", "m2-001", "m2-001"]);
        _line.Clear();
        Send(Rpc(4));
        Run(500);
        Packets().ShouldBeEmpty("the scan has not ended");
        _wifi.Networks = [new("office", -58, false), new("guests", -70, true), new("", -80, false)];
        Run(50);
        Results().Select(r => string.Join('|', r.Texts)).ShouldBe(["office|-58|YES", "guests|-70|NO", ""]);
        _line.Clear();
        Send(Rpc(4));
        Run(ImprovSession.ScanLimitMs + 100);
        Results().Select(r => r.Texts.Length).ShouldBe([0], "a scan that never ends is answered too");
    }

    [Theory]
    [InlineData(new byte[] { 9, 0 }, 2)]
    [InlineData(new byte[] { 5, 2, 1, 65 }, 2)]
    [InlineData(new byte[] { 1, 5, 1, 65, 1, 66 }, 1)]
    [InlineData(new byte[] { 1, 2, 9, 65 }, 1)]
    [InlineData(new byte[] { 1, 2, 0, 0 }, 1)]
    [InlineData(new byte[] { 1, 3, 1, 0xFF, 0 }, 1)]
    [InlineData(new byte[] { 1, 3, 1, 7, 0 }, 1)]
    [InlineData(new byte[] { 1 }, 1)]
    public void Commands_that_break_the_rules_get_the_error_and_change_nothing(byte[] data, int error)
    {
        Send(Packet(ImprovReader.TypeRpc, data));
        Run(50);
        Packets().ShouldHaveSingleItem().ShouldBe((ImprovReader.TypeError, [(byte)error]), new PacketComparer());
        _session.State.ShouldBe(ImprovState.Ready);
        _wifi.Joins.ShouldBe(0);
    }

    [Fact]
    public void Packets_are_found_in_a_log_cut_anywhere_and_after_half_ones()
    {
        byte[] whole = Rpc(2);
        for (int cut = 1; cut < whole.Length - 1; cut++)
        {
            _line.Clear();
            Send("I (1234) wifi: IMPRO"u8);
            Send(whole);
            Run(50);
            Packets().Count.ShouldBe(2, $"cut {cut}");
            Send(whole.AsSpan(0, cut));
            Run(ImprovReader.GapMs + 100);
            Send(whole);
            Run(50);
            Packets().Count.ShouldBe(4, $"after a packet that broke off after {cut} bytes");
        }
    }

    [Fact]
    public void A_wrong_checksum_is_no_command()
    {
        byte[] bad = Rpc(2);
        bad[^2] ^= 1;
        Send(bad);
        Run(1000);
        Packets().ShouldBeEmpty();
    }

    [Fact]
    public void No_noise_makes_it_throw_join_or_write() => Gen.Byte.Array[0, 600].Sample(noise =>
    {
        ImprovTests one = new();
        one.Send(noise);
        one.Run(20_000);
        one._storage.Exists(WifiFile.FileName).ShouldBeFalse();
    }, iter: 200);

    [Fact]
    public void No_command_with_a_right_checksum_makes_it_throw() => Gen.Select(Gen.Byte, Gen.Byte.Array[0, 255]).Sample((type, data) =>
    {
        ImprovTests one = new();
        one.Send(Packet(type, data));
        one.Run(1000);
        one._storage.Exists(WifiFile.FileName).ShouldBeFalse();
    }, iter: 500);

    [Fact]
    public void Iotedge_2959_a_power_cut_while_writing_leaves_the_old_or_the_new_settings_whole()
    {
        bool finished = false;
        for (long budget = 0; !finished; budget++)
        {
            MemoryStorage storage = new();
            new WifiFile(storage).Save("old", "old-password").ShouldBeTrue();
            storage.PowerLeft = budget;
            try
            {
                new WifiFile(storage).Save("new", "new-password").ShouldBeTrue();
                finished = true;
            }
            catch (PowerCutException)
            {
                // Looked at below.
            }

            storage.PowerLeft = long.MaxValue;
            WifiFile back = new(storage);
            back.Load().ShouldBeTrue($"power gone after {budget}");
            (back.Ssid, back.Password).ShouldBeOneOf(("old", "old-password"), ("new", "new-password"));
        }
    }

    [Fact]
    public void Texts_in_utf8_survive_and_ill_formed_ones_are_refused() => Gen.String.Sample(text =>
    {
        bool whole = new UTF8Encoding(false, true) is { } strict && Encodes(strict, text);
        if (!whole) return;
        Utf8.Write(text).ShouldBe(Encoding.UTF8.GetBytes(text));
        Utf8.TryRead(Encoding.UTF8.GetBytes(text), out string back).ShouldBeTrue();
        back.ShouldBe(text);
    });

    [Fact]
    public void Bytes_are_taken_exactly_where_the_runtime_takes_them() => Gen.Byte.Array[0, 8].Sample(bytes =>
    {
        bool runtime = true;
        try
        {
            new UTF8Encoding(false, true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            runtime = false;
        }

        Utf8.TryRead(bytes, out _).ShouldBe(runtime);
    });

    private static bool Encodes(UTF8Encoding strict, string text)
    {
        try
        {
            strict.GetBytes(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    private static byte[] Rpc(byte command, params byte[] payload) => Packet(ImprovReader.TypeRpc, [command, (byte)payload.Length, .. payload]);

    private static byte[] Packet(byte type, byte[] data)
    {
        byte[] body = [.. "IMPROV"u8, 1, type, (byte)data.Length, .. data];
        return [.. body, (byte)body.Sum(b => b), 0x0A];
    }

    private void Settings(string ssid, string password)
    {
        _wifi.State = WifiJoin.Idle;
        byte[] s = Encoding.UTF8.GetBytes(ssid), p = Encoding.UTF8.GetBytes(password);
        Send(Rpc(1, [(byte)s.Length, .. s, (byte)p.Length, .. p]));
        Run(200);
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes) _line.In.Enqueue(b);
    }

    private long Run(long ms)
    {
        for (long end = _now + ms; _now < end; _now += 10) _session.Step(_now);
        return ms;
    }

    private List<(byte Type, byte[] Data)> Packets()
    {
        List<(byte, byte[])> found = [];
        ImprovReader reader = new();
        foreach (byte b in _line.Out)
        {
            if (reader.Take(b, 0)) found.Add((reader.Type, [.. Enumerable.Range(0, reader.Length).Select(reader.Data)]));
        }

        return found;
    }

    private IEnumerable<(byte Command, string[] Texts)> Results()
    {
        foreach ((byte type, byte[] data) in Packets().Where(p => p.Type == ImprovReader.TypeResult))
        {
            List<string> texts = [];
            data[1].ShouldBe((byte)(data.Length - 2));
            for (int at = 2; at < data.Length; at += 1 + data[at]) texts.Add(Encoding.UTF8.GetString(data, at + 1, data[at]));
            yield return (data[0], [.. texts]);
        }
    }

    private sealed class PacketComparer : IEqualityComparer<(byte Type, byte[] Data)>
    {
        public bool Equals((byte Type, byte[] Data) x, (byte Type, byte[] Data) y) => x.Type == y.Type && x.Data.AsSpan().SequenceEqual(y.Data);

        public int GetHashCode((byte Type, byte[] Data) obj) => obj.Type;
    }

    private sealed class Line : ISerial
    {
        private readonly List<byte> _out = [];

        public Queue<byte> In { get; } = new();

        public byte[] Out => [.. _out];

        public void Clear() => _out.Clear();

        public int Read(byte[] buffer, int count)
        {
            // In dribs and drabs, as a UART gives them.
            int read = 0;
            while (read < Math.Min(count, 7) && In.TryDequeue(out byte b)) buffer[read++] = b;
            return read;
        }

        public bool Write(byte[] data, int count)
        {
            _out.AddRange(data.AsSpan(0, count));
            return true;
        }
    }

    private sealed class Wifi : IWifiJoiner
    {
        public WifiJoin State { get; set; }

        public int Reason { get; set; }

        public int Joins { get; private set; }

        public (string, string) Joined { get; private set; }

        public WifiNetwork[]? Networks { get; set; }

        public void Join(string ssid, string password)
        {
            Joins++;
            Joined = (ssid, password);
            State = WifiJoin.Joining;
        }

        public bool Scan() => true;

        public WifiNetwork[]? TakeNetworks()
        {
            WifiNetwork[]? networks = Networks;
            Networks = null;
            return networks;
        }
    }
}
