using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Devices.Scale;

/// <summary>A private PostgreSQL with a Unix socket and no network, which can be killed whole and started again.</summary>
internal sealed class Postgres(string directory) : IDisposable
{
    private const string User = "devices";
    private Kept? _server;

    public static string? Programs => Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").Where(one => int.TryParse(Path.GetFileName(one), CultureInfo.InvariantCulture, out int version) && version >= 15).Order(StringComparer.Ordinal)
            .Select(one => Path.Combine(one, "bin")).FirstOrDefault(bin => File.Exists(Path.Combine(bin, "postgres")))
        : null;

    public string ConnectionFile => Path.Combine(directory, "connection");

    public string ConnectionString => $"Host={directory};Database=devices;Username={User}";

    private string Data => Path.Combine(directory, "data");

    public async Task CreateAsync()
    {
        Directory.CreateDirectory(directory);
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "postgres:", directory);
        await RunAsync([.. AsServer(), Path.Combine(Programs!, "initdb"), "-D", Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
        await StartAsync();
        await using NpgsqlConnection connection = new($"Host={directory};Database=postgres;Username={User};Pooling=false");
        await connection.OpenAsync();
        await using NpgsqlCommand create = new("CREATE DATABASE devices", connection);
        await create.ExecuteNonQueryAsync();
        await File.WriteAllTextAsync(ConnectionFile, ConnectionString);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(ConnectionFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public async Task StartAsync()
    {
        _server = await Kept.StartAsync(Path.Combine(Path.GetDirectoryName(directory)!, "postgres.log"), null,
            [.. AsServer(), Path.Combine(Programs!, "postgres"), "-D", Data, "-k", directory, "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=64MB"]);
        DateTime end = DateTime.UtcNow.AddSeconds(40);
        while (true)
        {
            try
            {
                await using NpgsqlConnection connection = new($"Host={directory};Database=postgres;Username={User};Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException fault)
            {
                if (DateTime.UtcNow > end) throw new ScaleException($"PostgreSQL did not start: {fault.Message}");
                await Task.Delay(50);
            }
        }
    }

    /// <summary>SIGKILL to the server and all it has started.</summary>
    public async Task KillAsync()
    {
        int server = _server!.Id;
        foreach (int child in Children())
            try
            {
                using Process victim = Process.GetProcessById(child);
                victim.Kill();
            }
            catch (ArgumentException)
            {
                // Ended meanwhile.
            }
        await _server.KillAsync();
        // Gone, and with it the shared memory that a new server would refuse to start beside.
        while (Directory.Exists($"/proc/{server}")) await Task.Delay(20);
        await Task.Delay(100);
    }

    /// <summary>Processor time of the server and its present connections.</summary>
    public TimeSpan Processor => TimeSpan.FromMilliseconds(10 * Children().Append(_server!.Id).Sum(id =>
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }));

    public void Dispose() => _server?.Dispose();

    private static string[] AsServer() => Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] : [];

    private IEnumerable<int> Children()
    {
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out int id)) continue;
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(process, "stat"));
            }
            catch (IOException)
            {
                continue;
            }
            if (stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == _server!.Id.ToString(CultureInfo.InvariantCulture)) yield return id;
        }
    }

    private static async Task RunAsync(params string[] command)
    {
        ProcessStartInfo start = new(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        foreach (string word in command.Skip(1)) start.ArgumentList.Add(word);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new ScaleException($"{command[0]}: {await errors}{await output}");
    }
}
