using System.Diagnostics;

namespace Devices.Faults.Net;

/// <summary>
/// A wire between this program's network and a board's: two TUN devices and what carries packets between them. A cut one loses
/// packets as a dead switch does, without FIN, RST or ICMP.
/// </summary>
internal sealed class Wire : IDisposable
{
    private const int Longest = 2048;
    private readonly Tun _near;
    private readonly Tun _far;
    private readonly Lock _gate = new();
    private readonly Random _dice;
    private readonly PriorityQueue<(byte[] Packet, Tun To), long> _late = new();
    private readonly SemaphoreSlim _news = new(0);
    private volatile Mischief _mischief = Mischief.None;
    private volatile bool _disposed;
    private long _carried, _lost, _doubled, _delayed, _damaged;

    private Wire(Tun near, Tun far, int seed)
    {
        (_near, _far, _dice) = (near, far, new(seed));
        Run(() => Carry(_near, _far, up: true), $"{near.Name} up");
        Run(() => Carry(_far, _near, up: false), $"{near.Name} down");
        Run(Deliver, $"{near.Name} late");
    }

    /// <summary>What is done to packets from now on.</summary>
    public Mischief Mischief
    {
        get => _mischief;
        set => _mischief = value;
    }

    /// <summary>Packets so far: carried, lost, doubled, delayed, damaged.</summary>
    public (long Carried, long Lost, long Doubled, long Delayed, long Damaged) Counts
    {
        get { lock (_gate) return (_carried, _lost, _doubled, _delayed, _damaged); }
    }

    /// <summary>Lays a wire into a board's network.</summary>
    /// <param name="name">Of the device, at most 12 characters.</param>
    /// <param name="near">This program's address.</param>
    /// <param name="far">The board's address.</param>
    public static async Task<Wire> Lay(string name, string near, string far, BoardSpace board, int seed, CancellationToken stop)
    {
        Tun here = new(name + "a"), there = new(name + "b");
        await Shell.Run($"ip addr add {near} peer {far} dev {here.Name} && ip link set {here.Name} up", stop).ConfigureAwait(false);
        await Shell.Run($"ip link set {there.Name} netns {board.Pid}", stop).ConfigureAwait(false);
        await board.Run($"ip addr add {far} peer {near} dev {there.Name} && ip link set {there.Name} up", stop).ConfigureAwait(false);
        return new(here, there, seed);
    }

    public void Dispose()
    {
        _disposed = true;
        _near.Dispose();
        _far.Dispose();
    }

    private static void Run(Action work, string name) => new Thread(() => work()) { IsBackground = true, Name = name }.Start();

    private void Carry(Tun from, Tun to, bool up)
    {
        byte[] buffer = new byte[Longest];
        while (!_disposed)
        {
            int length = from.Read(buffer);
            if (length < 0) return;
            if (length > 0) Pass(buffer.AsSpan(0, length), to, up);
        }
    }

    private void Pass(Span<byte> packet, Tun to, bool up)
    {
        Mischief now = _mischief;
        int wait = 0;
        bool twice = false;
        lock (_gate)
        {
            _carried++;
            if ((up ? now.CutUp : now.CutDown) || Hit(now.Loss))
            {
                _lost++;
                return;
            }
            if (now.DelayMs > 0 || now.JitterMs > 0)
            {
                // With reordering on, most packets pass at once and some are held back; else all take their time.
                wait = now.Reorder > 0 ? Hit(now.Reorder) ? now.DelayMs + _dice.Next(now.JitterMs + 1) : 0 : now.DelayMs + _dice.Next(now.JitterMs + 1);
                if (wait > 0) _delayed++;
            }
            if (Hit(now.Duplicate))
            {
                twice = true;
                _doubled++;
            }
            if (packet.Length > 40 && Hit(now.Damage))
            {
                packet[40 + _dice.Next(packet.Length - 40)] ^= 0x5A;
                _damaged++;
            }
        }
        Send(packet, to, wait);
        if (twice) Send(packet, to, wait + 1);
    }

    private void Send(ReadOnlySpan<byte> packet, Tun to, int waitMs)
    {
        if (waitMs == 0)
        {
            to.Write(packet);
            return;
        }
        lock (_late) _late.Enqueue((packet.ToArray(), to), Stopwatch.GetTimestamp() + waitMs * Stopwatch.Frequency / 1000);
        _news.Release();
    }

    private void Deliver()
    {
        while (!_disposed)
        {
            int wait = 200;
            bool due = false;
            (byte[] Packet, Tun To) next;
            lock (_late)
            {
                if (_late.TryPeek(out next, out long at))
                {
                    long left = (at - Stopwatch.GetTimestamp()) * 1000 / Stopwatch.Frequency;
                    due = left <= 0;
                    if (due) _late.Dequeue();
                    wait = (int)Math.Clamp(left, 0, 200);
                }
            }
            if (due) next.To.Write(next.Packet);
            else _news.Wait(wait);
        }
    }

    private bool Hit(double share) => share > 0 && _dice.NextDouble() < share;
}
