using System.Data.Common;
using System.Globalization;
using Devices.Bridge.Store.Sql;

namespace Devices.PowerCut.Scenarios;

/// <summary>The bridge's store as words by key.</summary>
internal static class BridgeRecords
{
    private static readonly (string Name, string Sql, int Keys)[] Tables =
    [
        ("punch", "SELECT terminal, ledger, seq, id, chain, person, at, clock, method, received_at FROM punches", 3),
        ("removed", "SELECT terminal, ledger, seq, chain FROM removed_punches", 3),
        ("ledger", "SELECT terminal, ledger, through, chain, state FROM ledgers", 2),
        ("outbox", "SELECT punch_id, target, state, attempts, next_attempt_at, sent_at, delivered_at, reason_code FROM outbox", 2),
        ("correction", "SELECT request, id, kind, punch_id, person, to_person, at, author FROM corrections", 1),
        ("decision", "SELECT correction_id, verdict, by_whom, made_punch FROM correction_decisions", 1),
        ("effect", "SELECT punch_id, origin, struck, struck_correction, stand_in, proposal FROM punch_effects", 1),
        ("audit", "SELECT id, action, target, detail FROM audit", 1),
        ("seen", "SELECT person, terminal FROM people_terminals", 2),
    ];

    public static Task<Dictionary<string, string>> ReadAsync(SqlDatabase database) => database.ReadAsync(session =>
    {
        Dictionary<string, string> all = new(StringComparer.Ordinal);
        foreach ((string name, string sql, int keys) in Tables)
        {
            foreach (string[] row in session.Query(sql, Words))
            {
                string key = $"{name}/{string.Join('/', row[..keys])}";
                Promise.Holds(all.TryAdd(key, string.Join(' ', row[keys..])), $"{key} is there twice");
            }
        }

        return all;
    });

    private static string[] Words(DbDataReader row) => [.. Enumerable.Range(0, row.FieldCount).Select(n => row.GetValue(n) switch
    {
        byte[] bytes => Convert.ToHexStringLower(bytes),
        DBNull => "-",
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        object value => value.ToString() ?? "",
    })];
}
