using System.Diagnostics;
using System.Globalization;
using Devices.Edge.Vision.Tests.Support;
using Devices.PrivateServers;

namespace Devices.Benchmarks.Hr;

/// <summary>
/// The seeded stores of the benchmark in one folder, large and small, SQLite and PostgreSQL: made where they are missing, and made anew
/// where they end on another day than today (a bridge's board of today would be empty). The PostgreSQL server is one of its own, without network.
/// </summary>
internal sealed class HrStores(string folder, int large, int small) : IAsyncDisposable
{
    private readonly DateOnly _end = DateOnly.FromDateTime(DateTime.UtcNow.AddHours(8));   // the site's day

    // The files where earlier versions of this benchmark have left them: a seeded store is used again. Bridge and seeding hold their connections in pools.
    private readonly PrivatePostgres _server = new(Path.Combine(folder, "pg"), Path.Combine(folder, "postgres.log"), "shared_buffers=1GB", "max_wal_size=4GB") { Data = Path.Combine(folder, "pg"), Parameters = "" };

    public string End => _end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The arguments of <c>hr</c> for a store.</summary>
    public async Task<string[]> ArgumentsAsync(bool postgres)
    {
        if (postgres && !_server.Running) await _server.CreateAsync();
        string[] one = await StoreAsync(large, postgres, "large"), other = await StoreAsync(small, postgres, "small");
        return postgres
            ? ["--data", one[0], "--postgres", one[1], "--compare", other[0], "--compare-postgres", other[1], "--end", End]
            : ["--data", one[0], "--compare", other[0], "--end", End];
    }

    /// <summary>Fast shutdown: a benchmark's server must not leave recovery to the next run.</summary>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<string[]> StoreAsync(int punches, bool postgres, string name)
    {
        string data = Path.Combine(folder, $"{(postgres ? "postgres" : "sqlite")}-{name}"), connection = postgres ? _server.ConnectionFile(name) : "", done = data + ".done";
        string wanted = $"{punches} {End}";
        if (!File.Exists(done) || File.ReadAllText(done) != wanted)
        {
            File.Delete(done);
            if (Directory.Exists(data)) Directory.Delete(data, recursive: true);
            if (postgres)
            {
                await _server.ExecuteAsync("postgres", $"DROP DATABASE IF EXISTS {name}");
                await _server.CreateDatabaseAsync(name);
            }

            Console.Error.WriteLine($"Seeding {data} with {punches} punches; ten million take some eight minutes.");
            // As many punches a day in both, so that pages of one day are as large: a tenth of the punches is a tenth of the days.
            Do(Path.Combine(RepoRoot.Path, "artifacts", "bin", "Devices.Seed", "release", "devices-seed"), ["--data", data, "--punches", $"{punches}", "--end", End,
                .. postgres ? (string[])["--postgres", connection] : [], .. punches < large ? (string[])["--months", $"{Math.Max(1, (int)Math.Round(18.0 * punches / large))}"] : []]);
            File.WriteAllText(done, wanted);
        }

        return [data, connection];
    }

    private static void Do(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {said[Math.Max(0, said.Length - 2000)..]}");
    }
}
