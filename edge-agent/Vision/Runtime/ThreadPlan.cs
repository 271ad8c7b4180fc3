namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// Threads inside one model run, for a terminal's board. Half of the cores, at most four: these networks are small, so
/// that more threads wait for each other longer than they compute, and camera, decoder, ledger and uplink need a core too.
/// </summary>
public static class ThreadPlan
{
    public static int IntraOp(int cores) => Math.Clamp(cores / 2, 1, 4);
}
