using System.Diagnostics;
using System.Runtime.Intrinsics;
using Devices.Edge.Vision.Match.Scan;

namespace Devices.Benchmarks;

/// <summary>
/// How fast this machine merely reads memory: every byte of a block into wide registers, eight independent sums, each
/// thread its own part, in the same kind of memory as the gallery's rows. The helpers spin while measuring, so that nothing is lost to waking them.
/// </summary>
internal sealed unsafe class ReadSpeed : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMicroseconds(200);
    private readonly PageBlock _block;
    private readonly Thread[] _helpers;
    private readonly int _threads;
    private volatile int _turn;
    private volatile bool _stop;
    private readonly ManualResetEventSlim _awake = new(false);
    private int _left;
    private ulong _sink;

    internal ReadSpeed(long bytes, int threads)
    {
        Bytes = bytes / 1024 * 1024;
        _block = new PageBlock(Bytes);
        new Span<sbyte>(_block.Pointer, (int)Bytes).Fill(3);
        _threads = threads;
        _helpers = [.. Enumerable.Range(1, threads - 1).Select(i => new Thread(() => Help(i)) { IsBackground = true })];
        foreach (var helper in _helpers)
        {
            helper.Start();
        }
    }

    internal long Bytes { get; }

    internal void Read()
    {
        Volatile.Write(ref _left, _threads - 1);
        Interlocked.Increment(ref _turn);
        if (!_awake.IsSet)
        {
            _awake.Set();
        }

        Part(0);
        while (Volatile.Read(ref _left) > 0)
        {
            Thread.SpinWait(1);
        }
    }

    public void Dispose()
    {
        _stop = true;
        _awake.Set();
        foreach (var helper in _helpers)
        {
            helper.Join();
        }

        _block.Dispose();
        _awake.Dispose();
        GC.KeepAlive(_sink);
    }

    private void Help(int index)
    {
        var last = Stopwatch.GetTimestamp();
        for (var seen = 0; !_stop;)
        {
            if (_turn != seen)
            {
                seen = _turn;
                Part(index);
                Interlocked.Decrement(ref _left);
                last = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(last) < Patience)
            {
                Thread.SpinWait(1);
            }
            else
            {
                _awake.Reset();
                if (_turn == seen && !_stop)
                {
                    // Not for ever: another helper may have put the signal back before this one saw it.
                    _awake.Wait(1);
                }

                last = Stopwatch.GetTimestamp();
            }
        }
    }

    private void Part(int index)
    {
        var part = Bytes / _threads / 512 * 512;
        var start = (byte*)_block.Pointer + (index * part);
        Interlocked.Add(ref _sink, Vector512.IsHardwareAccelerated ? Sum512(start, part) : Sum256(start, part));
    }

    private static ulong Sum512(byte* at, long bytes)
    {
        Vector512<ulong> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        for (var end = at + bytes; at < end; at += 512)
        {
            a += Vector512.Load((ulong*)at);
            b += Vector512.Load((ulong*)(at + 64));
            c += Vector512.Load((ulong*)(at + 128));
            d += Vector512.Load((ulong*)(at + 192));
            e += Vector512.Load((ulong*)(at + 256));
            f += Vector512.Load((ulong*)(at + 320));
            g += Vector512.Load((ulong*)(at + 384));
            h += Vector512.Load((ulong*)(at + 448));
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h);
    }

    private static ulong Sum256(byte* at, long bytes)
    {
        Vector256<ulong> a = default, b = default, c = default, d = default;
        for (var end = at + bytes; at < end; at += 128)
        {
            a += Vector256.Load((ulong*)at);
            b += Vector256.Load((ulong*)(at + 32));
            c += Vector256.Load((ulong*)(at + 64));
            d += Vector256.Load((ulong*)(at + 96));
        }

        return Vector256.Sum(a + b + c + d);
    }
}
