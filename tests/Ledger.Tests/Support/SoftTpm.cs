using System.Diagnostics;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Tests.Tpm;

/// <summary>swtpm: a whole TPM 2.0 in software, at a socket of its own. It may be switched off, switched on again, and cleared (another seed).</summary>
public sealed class SoftTpm : IDisposable
{
    private const string Program = "/usr/bin/swtpm";

#pragma warning disable CA2255 // Before any test, and inherited by the programs that tests start: the machine's own TPM is not a terminal's.
    [System.Runtime.CompilerServices.ModuleInitializer]
    internal static void LeaveTheMachinesOwnAside() => Environment.SetEnvironmentVariable("DEVICES_TPM", "none");
#pragma warning restore CA2255

    private readonly string _folder;
    private Process? _process;

    private SoftTpm(string folder) => _folder = folder;

    public string Setting => "unix:" + Path.Combine(_folder, "tpm");

    public BoardTpm Board => BoardTpm.Of(Setting)!;

    public static SoftTpm Start()
    {
        Assert.SkipUnless(File.Exists(Program), "swtpm is not installed (./tools/test installs it).");
        // Short: a socket's path has 107 bytes.
        SoftTpm tpm = new(Directory.CreateTempSubdirectory("tpm-").FullName);
        tpm.On();
        return tpm;
    }

    public void On()
    {
        string socket = Path.Combine(_folder, "tpm");
        string state = Directory.CreateDirectory(Path.Combine(_folder, "state")).FullName;
        foreach (string left in (string[])[socket, socket + ".ctl"]) File.Delete(left);
        ProcessStartInfo start = new(Program,
            ["socket", "--tpm2", "--tpmstate", $"dir={state}", "--server", $"type=unixio,path={socket}", "--ctrl", $"type=unixio,path={socket}.ctl", "--flags", "not-need-init,startup-clear", "--log", $"file={Path.Combine(_folder, "log")},level=1"])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        _process = Process.Start(start)!;
        Stopwatch since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                Board.Probe();
                return;
            }
            catch (TpmException) when (since.Elapsed < TimeSpan.FromSeconds(20) && !_process.HasExited)
            {
                Thread.Sleep(20);
            }
        }
    }

    public void Off()
    {
        if (_process is null) return;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
        File.Delete(Path.Combine(_folder, "tpm"));
    }

    /// <summary>As another TPM, or one that was cleared.</summary>
    public void Exchange()
    {
        Off();
        Directory.Delete(Path.Combine(_folder, "state"), recursive: true);
        On();
    }

    public void Dispose()
    {
        Off();
        Directory.Delete(_folder, recursive: true);
    }
}
