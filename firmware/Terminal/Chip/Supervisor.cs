using System;
using System.Threading;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Chip;

/// <summary>
/// Watches the loop: a thread that reboots the chip when the loop has not come round for <see cref="LimitMs"/> (the chip's own task
/// watchdog is off in nanoFramework's images), and kicks the external watchdog only while the loop lives, for when no thread runs at all.
/// </summary>
internal sealed class Supervisor
{
    public const int LimitMs = 20000;

    private readonly object _gate = new object();
    private readonly IWatchdogChip _watchdog;
    private readonly ChipSystem _system;
    private long _aliveMs;

    public Supervisor(IWatchdogChip watchdog, ChipSystem system)
    {
        _watchdog = watchdog;
        _system = system;
        _aliveMs = Environment.TickCount64;
    }

    public void Start()
    {
        new Thread(Run).Start();
    }

    /// <summary>The loop came round.</summary>
    public void Alive(long nowMs)
    {
        lock (_gate)
        {
            _aliveMs = nowMs;
        }
    }

    private void Run()
    {
        while (true)
        {
            try
            {
                long alive;
                lock (_gate)
                {
                    alive = _aliveMs;
                }

                if (Environment.TickCount64 - alive > LimitMs)
                {
                    // Should even this hang, the kicks have stopped and the external watchdog ends it.
                    _system.Reboot("watchdog");
                }
                else
                {
                    _watchdog.Kick(Environment.TickCount64);
                }
            }
            catch (Exception e)
            {
                _system.Log("The supervisor failed once: " + e.Message);
            }

            Thread.Sleep(300);
        }
    }
}
