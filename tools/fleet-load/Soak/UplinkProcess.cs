using System.Globalization;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Edge.Ledger.Uplink;

namespace Devices.FleetLoad.Soak;

/// <summary>
/// A process of its own with the product's <see cref="LedgerStore"/> and <see cref="UplinkSession"/>, that connects again as soon as it is
/// connected and the bridge has what it recorded. Prints <c>connects N heap BYTES punches N</c> once a second; ends at SIGTERM.
/// </summary>
internal static class UplinkProcess
{
    public const string Verb = "soak-uplink";

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not [var folder, var port, .. var terminals]) return 2;
        using CancellationTokenSource stop = new();
        using System.Runtime.InteropServices.PosixSignalRegistration term = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });
        Counter counter = new();
        Task[] all = [.. terminals.Select(terminal => OneAsync(Path.Combine(folder, terminal), terminal, int.Parse(port, CultureInfo.InvariantCulture), counter, stop.Token)), TellAsync(counter, stop.Token)];
        await Task.WhenAll(all);
        Tell(counter);
        return 0;
    }

    private static async Task OneAsync(string folder, string terminal, int port, Counter counter, CancellationToken stop)
    {
        LinuxBootClock boot = new();
        using LedgerStore ledger = LedgerStore.Open(new() { Path = Path.Combine(folder, "ledger.db"), Terminal = terminal, ReserveBytes = 0 }, boot.BootId, TimeProvider.System);
        TrustedClock clock = new(new(), TimeProvider.System, boot, new LinuxNtpProbe(), ledger);
        string tls = Path.Combine(folder, "tls");
        UplinkSession uplink = new(new()
        {
            Terminal = terminal, Host = "127.0.0.1", Port = port, ServerName = "localhost", CaFile = Path.Combine(tls, "ca.crt"), CertificateFile = Path.Combine(tls, "terminal.crt"), KeyFile = Path.Combine(tls, "terminal.key"),
        }, ledger, clock);
        long connects = 0;
        uplink.Noted += note =>
        {
            if (note.Kind == UplinkNoteKind.Lost) Console.WriteLine("lost " + note.Text);
            if (note.Kind is UplinkNoteKind.Connected)
            {
                Interlocked.Increment(ref counter.Connects);
                // A punch now and then, so that reconnects and punches meet; the ledger's own time rules apply. It is sent before the next connection:
                // a backlog would be drained with the product's jitter, and the connections would wait for that.
                if (++connects % 20 == 0 && clock.Read() is { Trusted: true } now
                    && ledger.Append(new() { Person = "p-1", Method = PunchMethod.Card, Direction = PunchDirection.In }, now) is AppendResult.Recorded)
                {
                    Interlocked.Increment(ref counter.Punches);
                    return;
                }
            }

            if (note.Kind is UplinkNoteKind.Connected or UplinkNoteKind.Acknowledged) uplink.Reconnect();
        };
        Task running = uplink.RunAsync(stop);
        try
        {
            while (true)
            {
                clock.Check();
                await Task.Delay(2000, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Asked to stop.
        }

        await running;
    }

    private static async Task TellAsync(Counter counter, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(1000, stop);
                Tell(counter);
            }
        }
        catch (OperationCanceledException)
        {
            // Asked to stop.
        }
    }

    private static void Tell(Counter counter) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"connects {Volatile.Read(ref counter.Connects)} heap {GC.GetGCMemoryInfo().HeapSizeBytes} punches {Volatile.Read(ref counter.Punches)}"));

    private sealed class Counter
    {
        public long Connects;
        public long Punches;
    }
}
