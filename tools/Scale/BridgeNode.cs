using System.Text.RegularExpressions;
using Devices.PrivateServers;

namespace Devices.Scale;

/// <summary>One process of the bridge, with its role.</summary>
internal sealed partial class BridgeNode(string name, string role, string directory, string program, IReadOnlyList<string> settings) : IDisposable
{
    private Kept? _process;
    private int _starts;

    public string Name => name;

    public string Role => role;

    public string Data => Path.Combine(directory, name);

    public Kept Process => _process!;

    public string Log => Path.Combine(directory, $"{name}.{_starts}.log");

    /// <summary>Addresses as the ready line told them.</summary>
    public string Https { get; private set; } = "";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _starts++;
        _process = await Kept.StartAsync(Log, ["dotnet", program, $"--Bridge:Role={role}", $"--Bridge:Node={name}", $"--Bridge:Data={Data}", .. settings]);
        DateTime end = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            string log = File.Exists(Log) ? await File.ReadAllTextAsync(Log, cancellationToken) : "";
            if (Ready().Match(log) is { Success: true } ready)
            {
                Https = HttpsAddress().Match(ready.Value).Groups[1].Value;
                return;
            }
            if (!_process.Alive) throw new ScaleException($"{name} did not start: {log}");
            if (DateTime.UtcNow > end) throw new ScaleException($"{name} was not ready in 60 s: {log}");
            await Task.Delay(50, cancellationToken);
        }
    }

    public void Dispose() => _process?.Dispose();

    [GeneratedRegex(@"^bridge ready role=\w+ node=\S+ .*$", RegexOptions.Multiline)]
    private static partial Regex Ready();

    [GeneratedRegex(@"https=(\S+)")]
    private static partial Regex HttpsAddress();
}
