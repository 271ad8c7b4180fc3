using System;
using System.Threading;
using Devices.Terminal.Health;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Chip;

/// <summary>
/// Watches the threads in the table: reboots the chip when one has not come round within its limit (the chip's own task watchdog is off in
/// nanoFramework's images), and kicks the external watchdog only while all do, for when no thread runs at all.
/// </summary>
internal sealed class Supervisor
{
    private const int EveryMs = 300;

    private readonly IWatchdogChip _watchdog;
    private readonly ThreadWatch _threads;
    private readonly ChipSystem _system;

    public Supervisor(IWatchdogChip watchdog, ThreadWatch threads, ChipSystem system)
    {
        _watchdog = watchdog;
        _threads = threads;
        _system = system;
    }

    public void Start()
    {
        new Thread(Run).Start();
    }

    private void Run()
    {
        while (true)
        {
            try
            {
                long now = Environment.TickCount64;
                string overdue = _threads.Overdue(now);
                if (overdue.Length > 0)
                {
                    // Should even this hang, the kicks have stopped and the external watchdog ends it.
                    _system.Reboot("watchdog " + overdue);
                }
                else
                {
                    _watchdog.Kick(now);
                }
            }
            catch (Exception e)
            {
                _system.Log("The supervisor failed once: " + e.Message);
            }

            Thread.Sleep(EveryMs);
        }
    }
}
