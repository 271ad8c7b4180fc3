using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Devices.Up;

/// <summary>One punch as one of the four places has it; <paramref name="Id"/> is terminal/ledger/seq.</summary>
internal sealed record PlacePunch(string Id, string Person, long At);

/// <summary>
/// Compares the terminal's ledger, the bridge's store, the platform's records and HR's page one by one. It reads the two
/// databases with its own SQL and none of the product's code, so that a fault there can't hide itself here.
/// </summary>
internal static class Reconcile
{
    public static IReadOnlyList<PlacePunch> Ledger(string file, string terminal)
    {
        using SqliteConnection db = Open(file);
        return Read(db, "SELECT @terminal || '/' || lower((SELECT ledger FROM state)) || '/' || seq, person, COALESCE(at, wall) FROM punch ORDER BY seq", ("@terminal", terminal));
    }

    public static IReadOnlyList<PlacePunch> Bridge(string file)
    {
        using SqliteConnection db = Open(file);
        return Read(db, "SELECT terminal || '/' || ledger || '/' || seq, person, at FROM punches ORDER BY terminal, ledger, seq");
    }

    /// <summary>Every difference between the places, one sentence each; none means none lost, none doubled, none altered.</summary>
    public static IReadOnlyList<string> Compare(IReadOnlyList<PlacePunch> ledger, IReadOnlyList<PlacePunch> bridge, IReadOnlyList<HrRow> hr, IReadOnlyList<PlatformRecord> platform)
    {
        var faults = new List<string>();
        Same("the bridge's store", ledger, bridge, faults);
        Same("HR's page", ledger, [.. hr.Select(r => new PlacePunch(r.Punch, r.Person, r.At))], faults);

        // The platform keeps no id of ours: person and millisecond are the punch there.
        var wanted = ledger.GroupBy(p => (p.Person, p.At)).ToDictionary(g => g.Key, g => g.Count());
        var found = platform.GroupBy(r => (Person: r.UserId, At: r.UserCheckTime)).ToDictionary(g => g.Key, g => g.Count());
        foreach (((string person, long at), int count) in wanted)
        {
            int there = found.GetValueOrDefault((person, at));
            if (there < count) faults.Add($"DingTalk lacks {person}'s punch at {Time(at)}.");
            if (there > count) faults.Add($"DingTalk has {person}'s punch at {Time(at)} {there} times.");
        }
        foreach ((string person, long at) in found.Keys.Where(k => !wanted.ContainsKey(k)))
            faults.Add($"DingTalk has a punch of {person} at {Time(at)} that the ledger has not.");
        return faults;
    }

    private static void Same(string place, IReadOnlyList<PlacePunch> ledger, IReadOnlyList<PlacePunch> there, List<string> faults)
    {
        ILookup<string, PlacePunch> byId = there.ToLookup(p => p.Id, StringComparer.Ordinal);
        foreach (PlacePunch punch in ledger)
        {
            var rows = byId[punch.Id].ToList();
            if (rows.Count == 0) faults.Add($"{place} lacks punch {punch.Id} of {punch.Person}.");
            if (rows.Count > 1) faults.Add($"{place} has punch {punch.Id} {rows.Count} times.");
            foreach (PlacePunch row in rows.Where(r => r != punch))
                faults.Add($"{place} altered punch {punch.Id}: {row.Person} at {Time(row.At)}, in the ledger {punch.Person} at {Time(punch.At)}.");
        }
        var known = ledger.Select(p => p.Id).ToHashSet(StringComparer.Ordinal);
        foreach (PlacePunch extra in there.Where(p => !known.Contains(p.Id)))
            faults.Add($"{place} has punch {extra.Id} of {extra.Person}, which the ledger has not.");
    }

    private static string Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static SqliteConnection Open(string file)
    {
        var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        db.Open();
        return db;
    }

    private static List<PlacePunch> Read(SqliteConnection db, string sql, params (string Name, object Value)[] values)
    {
        using SqliteCommand command = db.CreateCommand();
#pragma warning disable CA2100 // Constant texts of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach ((string name, object value) in values) command.Parameters.AddWithValue(name, value);
        using SqliteDataReader reader = command.ExecuteReader();
        var rows = new List<PlacePunch>();
        while (reader.Read()) rows.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2)));
        return rows;
    }
}
