using System.Runtime.InteropServices;

namespace Devices.Cli.App;

/// <summary>
/// The two libraries of the system that .NET looks for at run time and that a bare board may not have. Without ICU it ends the process with a trace at the
/// first message, without OpenSSL at the first hash; both before any command could say a word. So both are looked for here.
/// </summary>
public static class SystemLibraries
{
    /// <summary>The oldest and newest major versions of ICU that are asked for; .NET's own range is of this kind.</summary>
    private const int OldestIcu = 50, NewestIcu = 120;

    /// <summary>False where this process works without ICU. Then text is compared byte by byte and accents that are letters of their own stay so.</summary>
    public static bool HasIcu => !(AppContext.TryGetSwitch("System.Globalization.Invariant", out bool without) && without);

    /// <summary>
    /// To be called before anything else: where the system has no ICU, .NET is told to do without. Nothing that this command shows depends on a language's rules
    /// (<see cref="HasIcu"/> guards the one thing that does).
    /// </summary>
    public static void Settle()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT") is not null || IcuIn(Load)) return;
        AppContext.SetSwitch("System.Globalization.Invariant", true);
        // A culture that is asked for by name is then an empty one instead of a fault.
        AppContext.SetSwitch("System.Globalization.PredefinedCulturesOnly", false);
    }

    /// <summary>Whether .NET finds OpenSSL where it must bring its own hashes and TLS from there.</summary>
    public static bool HasOpenSsl(Func<string, bool> load)
    {
        ArgumentNullException.ThrowIfNull(load);
        if (!OperatingSystem.IsLinux()) return true;
        return Environment.GetEnvironmentVariable("CLR_OPENSSL_VERSION_OVERRIDE") is { Length: > 0 } version && load("libssl.so." + version) || load("libssl.so.3") || load("libssl.so.1.1");
    }

    /// <summary>Whether the system's loader finds a library of this name.</summary>
    public static bool Load(string name) => NativeLibrary.TryLoad(name, out _);

    // The loader's own list is short: a name that is not there costs some ten microseconds.
    private static bool IcuIn(Func<string, bool> load)
    {
        if (load("libicuuc.so")) return true;
        for (int version = NewestIcu; version >= OldestIcu; version--)
            if (load($"libicuuc.so.{version}")) return true;
        return false;
    }
}
