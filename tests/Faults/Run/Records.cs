using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Devices.Faults.Check;
using Devices.Faults.World;
using Devices.Up;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Devices.Faults.Run;

/// <summary>Reads the four places with SQL and HTTP of its own, and none of the product's code, so that a fault there cannot hide itself here.</summary>
internal static partial class Records
{
    private const string StoreSql = "SELECT terminal, ledger, seq, person, at, clock, uncertainty_ms, method FROM punches ORDER BY terminal, ledger, seq";

    // In the ledger's file clock and method are numbers from 1, in the contract's order.
    private static readonly string[] Clocks = ["synced", "held", "corrected"], Methods = ["face", "card", "pin", "operator", "wifi"];

    public static LedgerCopy Ledger(string file, string terminal, string name)
    {
        using SqliteConnection db = new(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        db.Open();
        using SqliteCommand command = db.CreateCommand();
        command.CommandText = "SELECT lower((SELECT ledger FROM state)), seq, person, at, clock, coalesce(uncertainty, -1), method FROM punch ORDER BY seq";
        using SqliteDataReader row = command.ExecuteReader();
        List<PunchRow> rows = [];
        while (row.Read())
            rows.Add(new(terminal, row.GetString(0), row.GetInt64(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetInt64(3), row.IsDBNull(4) ? "open" : Clocks[row.GetInt32(4) - 1], row.GetInt64(5), Methods[row.GetInt32(6) - 1]));
        return new(name, rows);
    }

    public static async Task<IReadOnlyList<PunchRow>> Store(Village village, CancellationToken stop)
    {
        DbConnection db = village.Database is { } postgres
            ? new NpgsqlConnection(postgres.ConnectionString)
            : new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = village.Grounds.Layout.BridgeStore, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await using (db.ConfigureAwait(false))
        {
            await db.OpenAsync(stop).ConfigureAwait(false);
            DbCommand command = db.CreateCommand();
            await using (command.ConfigureAwait(false))
            {
                command.CommandText = StoreSql;
                DbDataReader row = await command.ExecuteReaderAsync(stop).ConfigureAwait(false);
                await using (row.ConfigureAwait(false))
                {
                    List<PunchRow> rows = [];
                    while (await row.ReadAsync(stop).ConfigureAwait(false))
                        rows.Add(new(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetInt64(4), row.GetString(5), row.GetInt64(6), row.GetString(7)));
                    return rows;
                }
            }
        }
    }

    /// <summary>Every punch as HR is shown it, by the pages' own feed.</summary>
    public static async Task<IReadOnlyList<ShownRow>> Shown(HrClient hr, CancellationToken stop)
    {
        List<ShownRow> rows = [];
        for (long after = 0; ;)
        {
            using JsonDocument page = JsonDocument.Parse(await hr.Get(string.Create(CultureInfo.InvariantCulture, $"/api/v1/punches?after={after}&limit=1000"), stop).ConfigureAwait(false));
            foreach (JsonElement punch in page.RootElement.GetProperty("punches").EnumerateArray())
                rows.Add(new($"{Text(punch, "terminal")}/{Text(punch, "ledger")}/{punch.GetProperty("seq").GetInt64()}", Text(punch, "person"), punch.GetProperty("at").GetInt64(), Text(punch, "delivery")));
            after = page.RootElement.GetProperty("next").GetInt64();
            if (!page.RootElement.GetProperty("more").GetBoolean()) return rows;
        }
    }

    public static async Task<IReadOnlyList<OpenFinding>> Exceptions(HrClient hr, CancellationToken stop)
    {
        using JsonDocument page = JsonDocument.Parse(await hr.Get("/api/v1/exceptions?limit=1000", stop).ConfigureAwait(false));
        return
        [
            .. page.RootElement.GetProperty("exceptions").EnumerateArray().Select(e => new OpenFinding(
                Text(e, "source"), Text(e, "code"), Maybe(e, "terminal"), Maybe(e, "ledger"), e.TryGetProperty("seq", out JsonElement seq) && seq.ValueKind == JsonValueKind.Number ? seq.GetInt64() : null)),
        ];
    }

    /// <summary>How many punches of each kind HR's exceptions page lists: <c>held</c>, <c>dead</c>, <c>unknown</c> …</summary>
    public static async Task<IReadOnlyDictionary<string, long>> Listed(HrClient hr, CancellationToken stop) =>
        Tile().Matches(await hr.Get("/exceptions", stop).ConfigureAwait(false)).ToDictionary(m => m.Groups[1].Value, m => long.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture), StringComparer.Ordinal);

    [GeneratedRegex("data-kind=\"([^\"]+)\" data-count=\"(\\d+)\"")]
    private static partial Regex Tile();

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static string? Maybe(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
