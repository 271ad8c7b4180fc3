using System.Diagnostics;
using System.Globalization;
using Devices.Up;

namespace Devices.Faults.World;

/// <summary>
/// A process's own wall clock, moved by libfaketime (0.9.10) through a file. Its monotonic clock stays true, as on a board whose date somebody
/// sets; the kernel of this machine does not call itself synchronised, so nobody vouches for the false time.
/// </summary>
internal sealed class FakeClock
{
    private static readonly string[] Places = ["/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"];
    private readonly string _file;

    public FakeClock(string file)
    {
        _file = file;
        True();
    }

    /// <summary>Where the library lies; null where Debian's libfaketime is not installed.</summary>
    public static string? Library { get; } = Places.FirstOrDefault(File.Exists);

    /// <summary>Puts a program under this clock, from its next start on.</summary>
    public void Wind(Part part)
    {
        part.Environment["LD_PRELOAD"] = Library;
        part.Environment["FAKETIME_TIMESTAMP_FILE"] = _file;
        part.Environment["FAKETIME_CACHE_DURATION"] = "1";
        part.Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        // What the library guesses of timed waits itself makes them return at once, and the program spin.
        part.Environment["FAKETIME_FORCE_MONOTONIC_FIX"] = "0";
    }

    /// <summary>The right time again.</summary>
    public void True() => Write("+0");

    /// <summary>So many seconds off from now on.</summary>
    public void Set(double seconds) => Write(string.Create(CultureInfo.InvariantCulture, $"{seconds:+0.###;-0.###;+0}"));

    /// <summary>
    /// Runs at <paramref name="pace"/> times the true pace for so long, in small steps, beginning with <paramref name="from"/> seconds off. A pace of the library's own would stretch the process'
    /// timed waits as well, by what the clock was off before: for days, and every timer of the program would stand still.
    /// </summary>
    public async Task Drift(double pace, TimeSpan time, CancellationToken stop, double from = 0)
    {
        long began = Stopwatch.GetTimestamp();
        for (TimeSpan gone = TimeSpan.Zero; gone < time; gone = Stopwatch.GetElapsedTime(began))
        {
            Set(from + (pace - 1) * gone.TotalSeconds);
            await Task.Delay(100, stop).ConfigureAwait(false);
        }
    }

    private void Write(string spec)
    {
        // Whole or not at all: the library may read at any moment.
        File.WriteAllText(_file + ".new", spec + "\n");
        File.Move(_file + ".new", _file, overwrite: true);
    }
}
