using System.Text.Json;
using Devices.Bridge.Store.Sql;

namespace Devices.Seed;

/// <summary>
/// Rows into a store, quickly: indexes, triggers and references of the two large tables are set aside, rows go in as the database takes them
/// fastest, and what was set aside is put back exactly as the migrations made it. What is left to do stands in the store's own settings, so
/// that a stopped run goes on.
/// </summary>
internal abstract class Filler(SqlSession session) : IDisposable
{
    private const string Aside = "seed.aside";

    public SqlSession Session => session;

    public string? Get(string key) => session.Text("SELECT value FROM settings WHERE key = @key", ("@key", key));

    public void Set(string key, string value) => session.Execute(
        "INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, 0) ON CONFLICT (key) DO UPDATE SET value = @value", ("@key", key), ("@value", value));

    public void Forget(string key) => session.Execute("DELETE FROM settings WHERE key = @key", ("@key", key));

    /// <summary>Once, before the first row.</summary>
    public void SetAside(SeedWorld world)
    {
        session.Script("BEGIN");
        MakeRoom(world);
        List<(string Drop, string Make)> parts = Parts();
        foreach ((string drop, _) in parts) session.Script(drop);
        Set(Aside, JsonSerializer.Serialize(parts.Select(p => p.Make).Reverse()));
        session.Script("COMMIT");
    }

    /// <summary>One part put back; false when all are.</summary>
    public bool PutBackOne()
    {
        if (Get(Aside) is not { } text) return false;
        List<string> parts = JsonSerializer.Deserialize<List<string>>(text)!;
        session.Script("BEGIN");
        if (parts.Count > 0)
        {
            Console.Error.WriteLine($"  {parts[0].ReplaceLineEndings(" ")[..Math.Min(110, parts[0].Length)]}");
            session.Script(parts[0]);
            parts.RemoveAt(0);
        }

        if (parts.Count > 0) Set(Aside, JsonSerializer.Serialize(parts));
        else Forget(Aside);
        session.Script("COMMIT");
        return true;
    }

    /// <summary>Rows of some days with where the run stands, in one transaction.</summary>
    public void Add(IReadOnlyList<SeedRow> rows, int nextDay, string heads)
    {
        session.Script("BEGIN");
        Write(rows);
        Set("seed.day", nextDay.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Set("seed.heads", heads);
        session.Script("COMMIT");
    }

    /// <summary>Counts of what is in, and the database's own knowledge of it.</summary>
    public abstract void Finish(long lastId);

    public void Dispose() => session.Dispose();

    protected virtual void MakeRoom(SeedWorld world) { }

    /// <summary>What slows rows down, as the statement that drops it and the one that makes it again, in the order of dropping; made again in the opposite one.</summary>
    protected abstract List<(string Drop, string Make)> Parts();

    protected abstract void Write(IReadOnlyList<SeedRow> rows);
}
