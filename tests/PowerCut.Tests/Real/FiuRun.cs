using System.Globalization;

namespace Devices.PowerCut.Tests.Real;

/// <summary>libfiu (Debian: fiu-utils): calls of a real process to the C library fail while they are told to.</summary>
internal sealed class FiuRun(string folder)
{
    private const string Program = "/usr/bin/fiu-run";
    private readonly string _control = Path.Combine(folder, "fiu");

    public static void OrSkip() => Assert.SkipUnless(File.Exists(Program), "fiu-run is not installed (Debian: fiu-utils; ./tools/test installs it).");

    /// <summary>What to start a program through.</summary>
    public string[] Through => [Program, "-x", "-f", _control];

    /// <summary>From now on the call fails with this errno.</summary>
    public void Fail(int process, string call, int errno) => Tell(process, string.Create(CultureInfo.InvariantCulture, $"enable name={call},failinfo={errno}"));

    public void Heal(int process, string call) => Tell(process, $"disable name={call}");

    private void Tell(int process, string command) =>
        Mounted.Run(["/usr/bin/fiu-ctrl", "-f", _control, "-c", command, process.ToString(CultureInfo.InvariantCulture)]).ShouldBe(0);
}
