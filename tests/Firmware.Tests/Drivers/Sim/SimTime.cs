using Devices.Terminal.Drivers.Bus;

namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>The time all simulated chips share, ms.</summary>
public sealed class SimTime : ITicks
{
    public long Now { get; private set; } = 1000;

    public long NowMs => Now;

    public void Pass(long ms) => Now += ms;

    /// <summary>Calls <paramref name="step"/> every <paramref name="every"/> ms for <paramref name="ms"/> ms, as the loop does.</summary>
    public SimTime Run(long ms, Action<long> step, int every = 10)
    {
        for (long end = Now + ms; Now < end; Now += every)
        {
            step(Now);
        }

        return this;
    }

    /// <summary>The same until <paramref name="done"/>; false when it did not come true within <paramref name="ms"/>.</summary>
    public bool Until(long ms, Func<long, bool> done, int every = 10)
    {
        for (long end = Now + ms; Now < end; Now += every)
        {
            if (done(Now))
            {
                return true;
            }
        }

        return false;
    }
}
