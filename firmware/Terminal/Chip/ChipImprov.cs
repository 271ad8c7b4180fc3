using Devices.Terminal.Parts;
using Devices.Terminal.Provisioning;

namespace Devices.Terminal.Chip;

/// <summary>Wi-Fi settings on the chip: those of Improv (<c>wifi.json</c>) before those that came with provisioning (<c>terminal.json</c>), and Improv itself on COM1.</summary>
internal sealed class ChipImprov
{
    // The answer on the line has to leave before the chip starts anew.
    private const int AnswerMs = 500;

    private readonly ChipWifi _wifi;
    private readonly WifiFile _file;
    private readonly ImprovSession? _session;
    private readonly ChipSystem _system;
    private readonly TerminalFile _terminal;
    private long _rebootMs;
    private string _seedSsid = "";
    private string _seedPassword = "";

    public ChipImprov(ChipWifi wifi, IStorage storage, ChipSystem system, string firmware, string terminal)
    {
        _wifi = wifi;
        _system = system;
        _file = new WifiFile(storage);
        _terminal = new TerminalFile(storage);
        bool provisioned = _file.Load();
        ChipSerial? serial = ChipSerial.Open("COM1", system);
        if (serial != null)
        {
            _session = new ImprovSession(serial, wifi, _file, system, ["Devices.Terminal", firmware, "ESP32-S3", terminal], provisioned);
            _session.Terminal = _terminal;
        }

        if (provisioned)
        {
            wifi.Join(_file.Ssid, _file.Password);
        }
    }

    /// <summary>Known once the parts are: settings that work are replaced only while the case is open.</summary>
    public ITamperSwitch? Case
    {
        set { _terminal.Case = value; }
    }

    /// <summary>Settings that came with provisioning; they count while Improv has set none.</summary>
    public void Seed(string ssid, string password)
    {
        if (_file.Ssid.Length == 0 && ssid.Length > 0)
        {
            _seedSsid = ssid;
            _seedPassword = password;
            _wifi.Join(ssid, password);
        }
    }

    public void Step(long nowMs)
    {
        if (_seedSsid.Length > 0 && _wifi.State == WifiJoin.Joined)
        {
            // They worked: from now on they are what a failed Improv goes back to.
            if (_file.Ssid.Length == 0)
            {
                _file.Save(_seedSsid, _seedPassword);
            }

            _seedSsid = "";
            _seedPassword = "";
        }

        _session?.Step(nowMs);
        if (_session != null && _session.TakeCommitted())
        {
            _seedSsid = "";
            _seedPassword = "";
        }

        if (_session != null && _session.TakeConfigured())
        {
            _rebootMs = nowMs + AnswerMs;
        }

        if (_rebootMs > 0 && nowMs >= _rebootMs)
        {
            _rebootMs = 0;
            _system.Reboot("provisioned");
        }
    }
}
