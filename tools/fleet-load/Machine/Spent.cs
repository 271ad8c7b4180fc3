using System.Diagnostics;
using Devices.PrivateServers;

namespace Devices.FleetLoad.Machine;

/// <summary>Processor time of several processes over one span of time, in cores (1.00 is one core all the time).</summary>
internal sealed class Spent
{
    private readonly (string Name, int Process, double Begin)[] _all;
    private readonly long _begun = Stopwatch.GetTimestamp();

    public Spent(params (string Name, int Process)[] processes) => _all = [.. processes.Select(one => (one.Name, one.Process, ProcessFiles.Processor(one.Process).TotalSeconds))];

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_begun);

    public double Cores(string name)
    {
        (_, int process, double begin) = _all.Single(one => one.Name == name);
        return (ProcessFiles.Processor(process).TotalSeconds - begin) / Elapsed.TotalSeconds;
    }
}
