using System.Diagnostics;
using System.Globalization;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Benchmarks.Hr;

/// <summary>
/// The seeded stores of the benchmark in one folder, large and small, SQLite and PostgreSQL: made where they are missing, and made anew
/// where they end on another day than today (a bridge's board of today would be empty). The PostgreSQL server is one of its own, without network.
/// </summary>
internal sealed class HrStores(string folder, int large, int small) : IDisposable
{
    private readonly DateOnly _end = DateOnly.FromDateTime(DateTime.UtcNow.AddHours(8));   // the site's day
    private Process? _server;

    public string End => _end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The arguments of <c>hr</c> for a store.</summary>
    public string[] Arguments(bool postgres)
    {
        string[] one = Store(large, postgres, "large"), other = Store(small, postgres, "small");
        return postgres
            ? ["--data", one[0], "--postgres", one[1], "--compare", other[0], "--compare-postgres", other[1], "--end", End]
            : ["--data", one[0], "--compare", other[0], "--end", End];
    }

    public void Dispose()
    {
        if (_server is null) return;
        // Fast shutdown (SIGINT): a benchmark's server must not leave recovery to the next run.
        using (Process kill = Process.Start("kill", ["-INT", .. File.ReadLines(Path.Combine(folder, "pg", "postmaster.pid")).Take(1)])) kill.WaitForExit();
        _server.WaitForExit();
        _server.Dispose();
    }

    private string[] Store(int punches, bool postgres, string name)
    {
        if (postgres) Serve();
        string data = Path.Combine(folder, $"{(postgres ? "postgres" : "sqlite")}-{name}"), connection = Path.Combine(folder, $"{name}.connection"), done = data + ".done";
        string wanted = $"{punches} {End}";
        if (!File.Exists(done) || File.ReadAllText(done) != wanted)
        {
            File.Delete(done);
            if (Directory.Exists(data)) Directory.Delete(data, recursive: true);
            if (postgres)
            {
                Sql($"DROP DATABASE IF EXISTS {name}", "postgres");
                Sql($"CREATE DATABASE {name}", "postgres");
                File.WriteAllText(connection, $"Host={Path.Combine(folder, "pg")};Username=devices;Database={name}");
                if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(connection, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            Console.Error.WriteLine($"Seeding {data} with {punches} punches; ten million take some eight minutes.");
            // As many punches a day in both, so that pages of one day are as large: a tenth of the punches is a tenth of the days.
            Do(Path.Combine(RepoRoot.Path, "artifacts", "bin", "Devices.Seed", "release", "devices-seed"), ["--data", data, "--punches", $"{punches}", "--end", End,
                .. postgres ? (string[])["--postgres", connection] : [], .. punches < large ? (string[])["--months", $"{Math.Max(1, (int)Math.Round(18.0 * punches / large))}"] : []]);
            File.WriteAllText(done, wanted);
        }

        return [data, connection];
    }

    // The server refuses to run as root; its package brings the user postgres.
    private void Serve()
    {
        if (_server is not null) return;
        string bin = Directory.Exists("/usr/lib/postgresql") ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(one => Path.Combine(one, "bin")).FirstOrDefault(one => File.Exists(Path.Combine(one, "postgres"))) ?? "" : "";
        if (bin.Length == 0) throw new InvalidOperationException("PostgreSQL is not installed (/usr/lib/postgresql/*/bin/postgres): apt-get install postgresql.");
        string data = Path.Combine(folder, "pg");
        Directory.CreateDirectory(data);
        string[] user = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
        if (!File.Exists(Path.Combine(data, "PG_VERSION")))
        {
            if (user.Length > 0) Do("chown", ["postgres:", data]);
            Do("env", [.. user, Path.Combine(bin, "initdb"), "-D", data, "-U", "devices", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]);
        }

        ProcessStartInfo start = new("env") { UseShellExecute = false, RedirectStandardError = true };
        foreach (string argument in (string[])[.. user, Path.Combine(bin, "postgres"), "-D", data, "-k", data, "-c", "listen_addresses=", "-c", "shared_buffers=1GB", "-c", "max_wal_size=4GB"]) start.ArgumentList.Add(argument);
        _server = Process.Start(start)!;
        _server.ErrorDataReceived += (_, _) => { };
        _server.BeginErrorReadLine();
        for (int turn = 0; ; turn++)
        {
            try
            {
                Sql("SELECT 1", "postgres");
                return;
            }
            catch (Npgsql.NpgsqlException) when (turn < 300 && !_server.HasExited)
            {
                Thread.Sleep(100);
            }
        }
    }

    private void Sql(string text, string database)
    {
        using Npgsql.NpgsqlConnection connection = new($"Host={Path.Combine(folder, "pg")};Username=devices;Database={database};Pooling=false");
        connection.Open();
#pragma warning disable CA2100 // names of our own
        using Npgsql.NpgsqlCommand command = new(text, connection);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
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
