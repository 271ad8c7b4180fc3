using System.Net;
using System.Net.Sockets;
using Devices.Edge.Ledger.Uplink;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Uplink;

/// <summary>Public failures of links from the edge to a cloud that no other test here shows (tests/CASES.md lists all).</summary>
public sealed class PublicReportTests
{
    private static Task<Rig> MakeAsync(Rig bridge, int port) => Rig.MakeAsync(o => o with
    {
        AckTimeout = TimeSpan.FromMilliseconds(700), StateTimeout = TimeSpan.FromMilliseconds(700), ConnectTimeout = TimeSpan.FromMilliseconds(700), MaxBatch = 16,
        Port = port, CaFile = bridge.Options.CaFile, CertificateFile = bridge.Options.CertificateFile, KeyFile = bridge.Options.KeyFile,
    });

    /// <summary>kubeedge/kubeedge#4995: what was routed to the cloud while the edge had no network was lost, though a subscriber beside it had it.</summary>
    [Fact]
    public async Task Kubeedge_4995_what_is_seen_here_while_the_network_is_gone_reaches_the_bridge_in_the_same_order()
    {
        await using Rig bridge = await Rig.MakeAsync();
        using var link = new Link(bridge.Bridge.Port);
        await using Rig rig = await MakeAsync(bridge, link.Port);
        rig.Punch(5).Start();
        await Wait.Until(() => rig.Ledger.Acknowledged == 5, "the first punches");
        List<string> events = [];
        for (int outage = 1; outage <= 3; outage++)
        {
            link.Silent = true;
            for (int i = 0; i < 12; i++)
            {
                rig.Punch(1);
                events.Add($"Event {outage}/{i}");
                rig.Ledger.Events.Add("camera", events[^1]);
            }

            // Here they are, at once and whole; there nothing of them is.
            rig.Ledger.Range(1, 1_000).Select(p => p.Seq).ShouldBe(Enumerable.Range(1, 5 + (12 * outage)).Select(i => (long)i));
            bridge.Bridge.Through.ShouldBe(5 + (12 * (outage - 1)));
            if (outage > 1) await Wait.Until(() => rig.Uplink.Status.Condition != UplinkCondition.Online, "the dead link is noticed");
            link.Silent = false;
            link.Cut();
            await Wait.Until(() => rig.Ledger.Acknowledged == rig.Ledger.LastSeq && rig.Ledger.Events.Count == 0, "everything of this outage");
        }

        bridge.Bridge.Punches.ShouldBe(rig.Ledger.SealedRange(1, 1_000));
        bridge.Bridge.Batches.SelectMany(seqs => seqs).Distinct().ShouldBe(Enumerable.Range(1, 41).Select(i => (long)i), "sent in the order in which people came");
        bridge.Bridge.Events.DistinctBy(e => e.Id).Select(e => e.Text).ShouldBe(events);
    }

    /// <summary>edgexfoundry/app-service-configurable#318: what could not be sent was kept for later only where the publish failed, not where the connect did.</summary>
    [Fact]
    public async Task App_service_configurable_318_whatever_fails_while_connecting_punches_are_kept_and_it_is_tried_again()
    {
        await using Rig bridge = await Rig.MakeAsync();
        using Door door = new(bridge.Bridge.Port);
        await using Rig rig = await MakeAsync(bridge, door.Port);
        rig.Punch(10).Start();
        await Wait.Until(() => rig.Notes.Any(n => n.Kind == UplinkNoteKind.Lost), "a first connect that nobody answers");
        foreach (Answer answer in new[] { Answer.Close, Answer.Garbage, Answer.Nothing })
        {
            int before = door.Accepted;
            door.Open(answer);
            rig.Punch(10);
            await Wait.Until(() => door.Accepted >= before + 3, $"three tries against {answer}");
            rig.Uplink.Status.Condition.ShouldNotBe(UplinkCondition.Online);
        }

        (rig.Ledger.Acknowledged, rig.Ledger.Queue, bridge.Bridge.Through).ShouldBe((0, 40, 0));
        door.Open(Answer.Through);
        await Wait.Until(() => rig.Ledger.Acknowledged == 40, "all of them, without a new start");
        bridge.Bridge.Punches.ShouldBe(rig.Ledger.SealedRange(1, 100));
    }

    private enum Answer
    {
        Close,
        Garbage,
        Nothing,
        Through,
    }

    /// <summary>A port where at first nobody listens, and then somebody answers badly.</summary>
    private sealed class Door : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly List<TcpClient> _open = [];
        private readonly int _to;
        private TcpListener _listener = new(IPAddress.Loopback, 0);
        private Answer _answer;

        public Door(int to)
        {
            _to = to;
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _listener.Stop();
        }

        public int Port { get; }

        public int Accepted => Volatile.Read(ref _accepted);

        private int _accepted;
        private bool _listening;

        public void Open(Answer answer)
        {
            _answer = answer;
            Forget();
            if (_listening) return;
            _listening = true;
            _listener = new(IPAddress.Loopback, Port);
            _listener.Start();
            _ = AcceptAsync();
        }

        public void Dispose()
        {
            _stop.Cancel();
            _listener.Stop();
            Forget();
            _stop.Dispose();
        }

        private void Forget()
        {
            lock (_open)
            {
                _open.ForEach(c => c.Close());
                _open.Clear();
            }
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    TcpClient near = await _listener.AcceptTcpClientAsync(_stop.Token);
                    Interlocked.Increment(ref _accepted);
                    lock (_open) _open.Add(near);
                    switch (_answer)
                    {
                        case Answer.Close:
                            near.Close();
                            break;
                        case Answer.Garbage:
                            await near.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), _stop.Token);
                            break;
                        case Answer.Through:
                            TcpClient far = new();
                            await far.ConnectAsync(IPAddress.Loopback, _to, _stop.Token);
                            lock (_open) _open.Add(far);
                            _ = near.GetStream().CopyToAsync(far.GetStream(), _stop.Token);
                            _ = far.GetStream().CopyToAsync(near.GetStream(), _stop.Token);
                            break;
                        default:
                            break; // Says nothing.
                    }
                }
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException or IOException or InvalidOperationException)
            {
                // Stopped.
            }
        }
    }
}
