using System;
using System.Device.Wifi;
using System.Threading;
using Devices.Terminal.Health;
using Devices.Terminal.Parts;
using nanoFramework.Networking;

namespace Devices.Terminal.Chip;

/// <summary>Joins the Wi-Fi in a thread of its own, with a limit on each try; the chip's own reconnection does the rest.</summary>
internal sealed class WifiKeeper
{
    private const int TryMs = 30000;

    /// <summary>A try and the longest pause, with room; a try that ignores its own limit is ended by the supervisor.</summary>
    private const int WatchMs = 120000;

    private readonly string _ssid;
    private readonly string _password;
    private readonly ISystem _system;
    private readonly ThreadWatch _threads;

    public WifiKeeper(string ssid, string password, ISystem system, ThreadWatch threads)
    {
        _ssid = ssid;
        _password = password;
        _system = system;
        _threads = threads;
    }

    public void Start()
    {
        new Thread(Run).Start();
    }

    private void Run()
    {
        int pauseMs = 1000;
        int turn = _threads.Enter("wifi", WatchMs, Environment.TickCount64);
        while (true)
        {
            _threads.Alive(turn, Environment.TickCount64);
            try
            {
                CancellationTokenSource limit = new CancellationTokenSource(TryMs);
                if (WifiNetworkHelper.ConnectDhcp(_ssid, _password, WifiReconnectionKind.Automatic, false, 0, limit.Token))
                {
                    _system.Log("Wi-Fi joined.");
                    _threads.Leave(turn);
                    return;
                }

                _system.Log("Wi-Fi not joined, state " + (int)WifiNetworkHelper.Status + "; trying again.");
                WifiNetworkHelper.Reset();
            }
            catch (Exception e)
            {
                _system.Log("Wi-Fi not joined: " + e.Message);
            }

            Thread.Sleep(pauseMs);
            pauseMs = pauseMs >= 30000 ? 30000 : pauseMs * 2;
        }
    }
}
