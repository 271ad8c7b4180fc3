using Devices.FleetLoad.Fleet;
using Devices.FleetLoad.Reports;

namespace Devices.FleetLoad.Soak;

/// <summary>The parts that were asked for, one after the other; each has processes and a store of its own.</summary>
internal sealed class SoakRun(SoakOptions options, Action<string> say)
{
    public async Task<(List<Section> Sections, bool Flat)> RunAsync()
    {
        using FleetFolder fleet = FleetFolder.Open(options.Fleet, options.Sessions + 1, say);
        List<Section> sections = [];
        bool flat = true;
        foreach (string part in options.Parts)
        {
            (Section section, bool good) = part switch
            {
                "punches" => await new PunchSoak(options, fleet, say).RunAsync(),
                "uplink" => await new UplinkSoak(options, fleet, say).RunAsync(),
                _ => await new McuSoak(options, fleet, say).RunAsync(),
            };
            sections.Add(section);
            flat &= good;
        }

        return (sections, flat);
    }

    /// <summary>Samples at even steps until the work is done or the time is over; three hundred of them at most.</summary>
    /// <param name="done">How far it is, and how far it is to come.</param>
    public static async Task SampleAsync(Func<double> done, double goal, TimeSpan limit, Action<double> take, Func<bool> ended)
    {
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        TimeSpan step = TimeSpan.FromMilliseconds(Math.Clamp(limit.TotalMilliseconds / 300, 200, 5000));
        while (done() < goal && watch.Elapsed < limit && !ended())
        {
            take(done());
            await Task.Delay(step);
        }

        take(done());
    }
}
