using System.Text;
using Devices.Firmware.Tests.Sim;
using Devices.Link;
using Devices.Terminal;
using Devices.Terminal.Drivers;
using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;
using Devices.Terminal.Provisioning;

namespace Devices.Firmware.Tests.Provisioning;

/// <summary>The terminal's own settings over the serial line: whole or not at all, and never over working ones while the case is shut.</summary>
public sealed class TerminalFileTests
{
    private static readonly string[] First = ["m2-001", "192.168.7.2", "1883", "0123456789abcdef", "chinese=true", "reader=rc522"];

    private readonly Wire _wire = new();
    private readonly MemoryStorage _storage = new();
    private readonly SimSystem _system = new(1);
    private readonly Lid _lid = new();
    private readonly ImprovSession _session;
    private long _now;

    public TerminalFileTests()
    {
        _session = new ImprovSession(_wire, new NoWifi(), new WifiFile(_storage), _system, ["Devices.Terminal", "0.4.0", "ESP32-S3", "terminal"], provisioned: true)
        {
            Terminal = new TerminalFile(_storage) { Case = _lid },
        };
    }

    [Fact]
    public void A_new_terminal_takes_its_settings_says_so_and_wants_to_start_anew_and_no_password_is_in_the_log()
    {
        Configure(First).ShouldBe([0x02, 0x00, 0x04, 0xE0]);

        _session.TakeConfigured().ShouldBeTrue();
        _session.TakeConfigured().ShouldBeFalse();
        TerminalConfig read = Read();
        (read.Terminal, read.Host, read.Port, read.Password, read.Chinese, read.Ssid, read.DoorOpenMs).ShouldBe(("m2-001", "192.168.7.2", 1883, "0123456789abcdef", true, "", 3000));
        TerminalFile.NameIn(_storage, "terminal").ShouldBe("m2-001");
        _system.Lines.ShouldNotContain(line => line.Contains("0123456789abcdef", StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_that_work_are_replaced_only_while_the_case_is_open_and_the_wired_parts_stay()
    {
        Configure(First);
        Configure("m2-666", "10.0.0.66", "1883", "evil").ShouldBe([0x02, 0x04]);
        Read().Terminal.ShouldBe("m2-001");

        _lid.Open = true;
        Configure("m2-002", "192.168.7.3", "1884", "fedcba").ShouldBe([0x02, 0x00, 0x04, 0xE0]);
        (Read().Terminal, Read().Port).ShouldBe(("m2-002", 1884));
        PartsConfig.Parse(_storage.Read(TerminalConfig.FileName)!, out _).Reader.ShouldBe("rc522");
    }

    [Theory]
    [InlineData("no whole number", "m2-001", "h", "18x3", "p")]
    [InlineData("range", "m2-001", "h", "99999", "p")]
    [InlineData("terminal", "M2 001", "h", "1883", "p")]
    [InlineData("no setting 'colour'", "m2-001", "h", "1883", "p", "colour=red")]
    [InlineData("true or false", "m2-001", "h", "1883", "p", "chinese=maybe")]
    [InlineData("reader", "m2-001", "h", "1883", "p", "reader=abacus")]
    [InlineData("turn", "m2-001", "h", "1883", "p", "turn=4")]
    public void What_the_terminal_could_not_start_with_is_refused_with_a_sentence_and_nothing_is_written(string word, params string[] texts)
    {
        Configure(texts).ShouldBe([0x02, 0x01]);
        _storage.Exists(TerminalConfig.FileName).ShouldBeFalse();
        _session.TakeConfigured().ShouldBeFalse();
        if (word != "no whole number") _system.Lines.ShouldContain(line => line.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public void A_power_cut_at_any_byte_of_a_replacement_leaves_the_old_or_the_new_settings_whole()
    {
        int olds = 0, news = 0;
        for (long power = 0; power < 400; power++)
        {
            MemoryStorage storage = new();
            TerminalFile file = new(storage);
            file.Begin("m2-old", "h", "1883", "p");
            file.Save().ShouldBeTrue();
            storage.PowerLeft = power;
            try
            {
                file.Begin("m2-new", "h", "1883", "p");
                file.Save();
            }
            catch (PowerCutException)
            {
                // The next start finds what is on flash.
            }

            storage.PowerLeft = long.MaxValue;
            TerminalFile.Mend(storage);
            string name = TerminalFile.NameIn(storage, "none");
            name.ShouldBeOneOf("m2-old", "m2-new");
            if (name == "m2-old") olds++;
            else news++;
        }

        olds.ShouldBeGreaterThan(50);
        news.ShouldBeGreaterThan(50);
    }

    [Fact]
    public void A_flash_that_refuses_is_no_success()
    {
        _storage.Refuses = true;
        Configure(First).ShouldBe([0x02, 0x01]);
        _system.Lines.ShouldContain(line => line.Contains("flash does not take", StringComparison.Ordinal));
    }

    private TerminalConfig Read()
    {
        TerminalConfig.TryParse(_storage.Read(TerminalConfig.FileName)!, out TerminalConfig? config, out LinkFault? fault).ShouldBeTrue(fault?.Sentence);
        return config!;
    }

    // Type and first byte of each answer.
    private byte[] Configure(params string[] texts)
    {
        byte[] payload = [.. texts.SelectMany(text => (byte[])[(byte)Encoding.UTF8.GetByteCount(text), .. Encoding.UTF8.GetBytes(text)])];
        byte[] packet = [.. "IMPROV"u8, 1, ImprovReader.TypeRpc, (byte)(payload.Length + 2), 0xE0, (byte)payload.Length, .. payload];
        foreach (byte one in (byte[])[.. packet, (byte)packet.Sum(b => b), 0x0A]) _wire.In.Enqueue(one);
        _wire.Out.Clear();
        for (long end = _now + 100; _now < end; _now += 10) _session.Step(_now);
        ImprovReader reader = new();
        List<byte> told = [];
        foreach (byte one in _wire.Out)
            if (reader.Take(one, 0)) told.AddRange([reader.Type, reader.Data(0)]);
        return [.. told];
    }

    private sealed class Lid : ITamperSwitch
    {
        public bool Open { get; set; }

        public bool IsOpen(long nowMs) => Open;
    }

    private sealed class Wire : ISerial
    {
        public Queue<byte> In { get; } = [];

        public List<byte> Out { get; } = [];

        public int Read(byte[] buffer, int count)
        {
            int read = 0;
            while (read < count && In.TryDequeue(out byte one)) buffer[read++] = one;
            return read;
        }

        public bool Write(byte[] buffer, int count)
        {
            Out.AddRange(buffer[..count]);
            return true;
        }
    }

    private sealed class NoWifi : IWifiJoiner
    {
        public WifiJoin State => WifiJoin.Idle;

        public int Reason => 0;

        public void Join(string ssid, string password)
        {
        }

        public bool Scan() => false;

        public WifiNetwork[]? TakeNetworks() => null;
    }
}
