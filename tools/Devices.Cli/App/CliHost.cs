using Devices.Edge.Ledger.Board;
using Devices.Edge.Ledger.Time;
using Spectre.Console;

namespace Devices.Cli.App;

/// <summary>What the commands need from the machine, so that tests can give their own.</summary>
public sealed record CliHost
{
    /// <summary>Where faults are written (standard error).</summary>
    public required IAnsiConsole Error { get; init; }

    /// <summary>Whether a person sits at a terminal and can be asked.</summary>
    public required bool Interactive { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>Where the JSON document goes when the command line itself cannot be understood; null without <c>--json</c> on it.</summary>
    public TextWriter? Json { get; init; }

    /// <summary>The npm client's executable.</summary>
    public string Npm { get; init; } = "npm";

    /// <summary>Makes the handler for https model sources.</summary>
    public Func<HttpMessageHandler> Http { get; init; } = () => new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15) };

    /// <summary>Free bytes where a path lies.</summary>
    public Func<string, long> FreeBytes { get; init; } = path => new DriveInfo(path).AvailableFreeSpace;

    /// <summary>Where <c>/sys</c> and <c>/proc</c> hang.</summary>
    public string Root { get; init; } = "/";

    /// <summary>The cameras of this machine, as <c>/dev/video0</c>.</summary>
    public Func<IReadOnlyList<string>> Cameras { get; init; } = () => Directory.Exists("/dev") ? [.. Directory.EnumerateFiles("/dev", "video*").Order(StringComparer.Ordinal)] : [];

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The board's procfs and sysfs.</summary>
    public BoardReader Board { get; init; } = new();

    /// <summary>Whether the kernel says that its clock is synchronised.</summary>
    public INtpProbe Ntp { get; init; } = new LinuxNtpProbe();

    /// <summary>Runs a program of the board and gives its standard output; null where it is not there, fails or takes longer than 5 s.</summary>
    public Func<string, string[], string?> Ask { get; init; } = Programs.Ask;

    /// <summary>Whether the system's loader finds a library.</summary>
    public Func<string, bool> Library { get; init; } = SystemLibraries.Load;

    public static CliHost OfThisProcess() => new()
    {
        Error = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }),
        Interactive = !Console.IsInputRedirected && !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive,
        WorkingDirectory = Environment.CurrentDirectory,
    };
}
