using System;
using System.Device.Wifi;
using System.Threading;
using Devices.Terminal.Health;
using Devices.Terminal.Parts;
using nanoFramework.Networking;

namespace Devices.Terminal.Chip;

/// <summary>
/// Joins the Wi-Fi in a thread of its own, with a limit on each try, and goes on trying; once joined, the chip's own reconnection does the rest.
/// The library's helper has to be reset between tries (nanoframework/Home#1421, #1549). It tells no reason of ESP-IDF's own:
/// <see cref="Reason"/> is 1000 and its status.
/// </summary>
internal sealed class ChipWifi : IWifiJoiner, ISignalMeter
{
    private const int TryMs = 24000;
    private const int FirstPauseMs = 1000;
    private const int LongestPauseMs = 30000;
    private const int HelperStatusBase = 1000;

    /// <summary>A try and the longest pause, with room; a try that ignores its own limit is ended by the supervisor.</summary>
    private const int WatchMs = 120000;

    private readonly object _gate = new object();
    private readonly AutoResetEvent _wake = new AutoResetEvent(false);
    private readonly ISystem _system;
    private readonly ThreadWatch _threads;
    private string _ssid = "";
    private string _password = "";
    private int _version;
    private WifiAdapter? _adapter;
    private WifiNetwork[]? _networks;
    private WifiJoin _state;
    private int _reason;
    private bool _measuring;
    private int _dbm;

    public ChipWifi(ISystem system, ThreadWatch threads)
    {
        _system = system;
        _threads = threads;
    }

    public WifiJoin State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    public int Reason
    {
        get
        {
            lock (_gate)
            {
                return _reason;
            }
        }
    }

    public void Start()
    {
        new Thread(Run).Start();
    }

    public void Join(string ssid, string password)
    {
        lock (_gate)
        {
            _ssid = ssid;
            _password = password;
            _version++;
            _state = WifiJoin.Joining;
            _reason = 0;
        }

        _wake.Set();
    }

    public bool Scan()
    {
        // Improv asks: a measurement that is under way is given up.
        return Begin(false);
    }

    public bool Measure()
    {
        lock (_gate)
        {
            if (_state != WifiJoin.Joined || _ssid.Length == 0)
            {
                return false;
            }
        }

        return Begin(true);
    }

    public int TakeDbm()
    {
        lock (_gate)
        {
            int dbm = _dbm;
            _dbm = 0;
            return dbm;
        }
    }

    private bool Begin(bool measure)
    {
        try
        {
            if (_adapter == null)
            {
                WifiAdapter[] adapters = WifiAdapter.FindAllAdapters();
                if (adapters.Length == 0)
                {
                    return false;
                }

                _adapter = adapters[0];
                _adapter.AvailableNetworksChanged += Heard;
            }

            lock (_gate)
            {
                _networks = null;
                _measuring = measure;
            }

            _adapter.ScanAsync();
            return true;
        }
        catch (Exception e)
        {
            _system.Log("The Wi-Fi cannot be scanned now: " + e.Message);
            return false;
        }
    }

    public WifiNetwork[]? TakeNetworks()
    {
        lock (_gate)
        {
            WifiNetwork[]? networks = _networks;
            _networks = null;
            return networks;
        }
    }

    private void Heard(WifiAdapter sender, object e)
    {
        try
        {
            WifiAvailableNetwork[] heard = sender.NetworkReport.AvailableNetworks;
            WifiNetwork[] networks = new WifiNetwork[heard.Length];
            for (int i = 0; i < heard.Length; i++)
            {
                // The library does not tell which networks are open.
                networks[i] = new WifiNetwork(heard[i].Ssid, (int)heard[i].NetworkRssiInDecibelMilliwatts, false);
            }

            lock (_gate)
            {
                if (!_measuring)
                {
                    _networks = networks;
                    return;
                }

                _measuring = false;
                _dbm = 0;
                for (int i = 0; i < networks.Length; i++)
                {
                    // Several access points of one name: the chip joins the strongest.
                    if (networks[i].Ssid == _ssid && networks[i].Rssi < 0 && (_dbm == 0 || networks[i].Rssi > _dbm))
                    {
                        _dbm = networks[i].Rssi;
                    }
                }
            }
        }
        catch (Exception x)
        {
            _system.Log("What the Wi-Fi heard could not be read: " + x.Message);
        }
    }

    private void Run()
    {
        int turn = _threads.Enter("wifi", WatchMs, Environment.TickCount64);
        int pauseMs = FirstPauseMs;
        while (true)
        {
            _threads.Alive(turn, Environment.TickCount64);
            int version;
            string ssid;
            string password;
            bool idle;
            lock (_gate)
            {
                version = _version;
                ssid = _ssid;
                password = _password;
                idle = _state == WifiJoin.Idle || _state == WifiJoin.Joined;
            }

            if (!idle)
            {
                if (Try(ssid, password, version))
                {
                    pauseMs = FirstPauseMs;
                    continue;
                }

                pauseMs = pauseMs * 2 > LongestPauseMs ? LongestPauseMs : pauseMs * 2;
            }

            // Woken at once when other settings are wanted.
            if (_wake.WaitOne(pauseMs, false))
            {
                pauseMs = FirstPauseMs;
            }
        }
    }

    private bool Try(string ssid, string password, int version)
    {
        bool joined = false;
        int reason = 0;
        try
        {
            WifiNetworkHelper.Reset();
            CancellationTokenSource limit = new CancellationTokenSource(TryMs);
            joined = WifiNetworkHelper.ConnectDhcp(ssid, password, WifiReconnectionKind.Automatic, false, 0, limit.Token);
            reason = joined ? 0 : HelperStatusBase + (int)WifiNetworkHelper.Status;
        }
        catch (Exception e)
        {
            _system.Log("The Wi-Fi was not joined: " + e.Message);
        }

        lock (_gate)
        {
            if (version == _version)
            {
                // A retry in the background does not turn "failed" into "joining" and back.
                _state = joined ? WifiJoin.Joined : WifiJoin.Failed;
                _reason = reason;
            }
        }

        _system.Log(joined ? "The Wi-Fi is joined." : "The Wi-Fi was not joined, state " + reason + "; trying again.");
        return joined;
    }
}
