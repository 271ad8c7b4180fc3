using Devices.Contract.Messages;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Ledger.Store;

/// <summary>
/// Events on their way up, durable beside the punches but bounded: above the limit the oldest that do not concern security go first
/// (then the oldest of all), and how many went is counted and told to the bridge as an event of its own.
/// </summary>
public sealed class EventOutbox
{
    // What the bridge takes; longer would be refused there.
    private const int MaxText = 500;
    private const int MaxKind = 32;
    private readonly LedgerStore _store;
    private readonly int _limit;
    private readonly TimeProvider _time;
    private long _count = -1;

    internal EventOutbox(LedgerStore store, int limit, TimeProvider time) => (_store, _limit, _time) = (store, limit, time);

    /// <summary>Raised after an event was added.</summary>
    public event Action? Added;

    /// <summary>Events waiting.</summary>
    public long Count => _store.Guard(Counted);

    /// <summary>What was counted inside a commit that failed does not hold.</summary>
    internal void Recount() => _count = -1;

    /// <summary>Whether this event still waits for the bridge.</summary>
    public bool Has(string id) => _store.Guard(connection =>
    {
        using SqliteCommand select = connection.Prepare("SELECT count(*) FROM event WHERE id = $id", "$id");
        return (long)select.With(id).ExecuteScalar()! > 0;
    });

    /// <summary>Events dropped for lack of room and not yet told to the bridge.</summary>
    public long Dropped => _store.Guard(c => c.ReadInt64("SELECT events_dropped FROM state"));

    /// <summary>Adds one event, durably.</summary>
    /// <param name="kind">One of <see cref="EventMessage.Kind"/>'s words.</param>
    /// <param name="text">One sentence for an operator; never a name, a template or a secret. Longer than 500 characters is cut.</param>
    /// <param name="security">Door, tamper, spoof and fork events: dropped last.</param>
    /// <param name="id">For an event that may be told twice (by the MCU): an id made from its own, so that here and at the bridge it is one.</param>
    /// <param name="atMs">When it happened, where that was not now; ms since the Unix epoch.</param>
    /// <returns>Its id.</returns>
    public string Add(string kind, string text, bool security = false, Guid? id = null, long? atMs = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        if (kind.Length > MaxKind) throw new ArgumentException($"The event's kind has {kind.Length} characters; {MaxKind} are the limit.", nameof(kind));
        ArgumentException.ThrowIfNullOrEmpty(text);
        DateTimeOffset now = _time.GetUtcNow();
        if (now < DateTimeOffset.UnixEpoch) now = DateTimeOffset.UnixEpoch;
        string name = (id ?? Guid.CreateVersion7(now)).ToString("D");
        _store.Transact(connection =>
        {
            _count = -1;
            using SqliteCommand insert = connection.Prepare("INSERT OR IGNORE INTO event(id, kind, at, text, security) VALUES ($id, $kind, $at, $text, $security)", "$id", "$kind", "$at", "$text", "$security");
            insert.With(name, kind, atMs ?? now.ToUnixTimeMilliseconds(), text.Length > MaxText ? text[..MaxText] : text, security ? 1 : 0).ExecuteNonQuery();
            long over = Counted(connection) - _limit;
            if (over <= 0) return true;
            using SqliteCommand drop = connection.Prepare("DELETE FROM event WHERE n IN (SELECT n FROM event ORDER BY security, n LIMIT $over)", "$over");
            drop.With(over).ExecuteNonQuery();
            using SqliteCommand count = connection.Prepare("UPDATE state SET events_dropped = events_dropped + $over", "$over");
            count.With(over).ExecuteNonQuery();
            _count = -1;
            return true;
        });
        Added?.Invoke();
        return name;
    }

    /// <summary>The oldest events, at most <paramref name="count"/>. Where some were dropped, an event that says how many is put in first.</summary>
    public IReadOnlyList<EventMessage> Peek(int count)
    {
        long dropped = Dropped;
        if (dropped > 0) TellDropped(dropped);
        return _store.Guard(connection =>
        {
            var events = new List<EventMessage>();
            using SqliteCommand select = connection.Prepare("SELECT id, kind, at, text FROM event ORDER BY n LIMIT $count", "$count");
            using SqliteDataReader row = select.With((long)count).ExecuteReader();
            while (row.Read()) events.Add(new() { Id = row.GetString(0), Kind = row.GetString(1), At = row.GetInt64(2), Text = row.GetString(3) });
            return events;
        });
    }

    /// <summary>Removes an event that the bridge has taken (PUBACK with success; the bridge commits before it).</summary>
    public void Done(string id) => _store.Guard(connection =>
    {
        using SqliteCommand delete = connection.Prepare("DELETE FROM event WHERE id = $id", "$id");
        int gone = delete.With(id).ExecuteNonQuery();
        if (_count >= 0) _count -= gone;
        return true;
    });

    /// <summary>Gives up an event that the bridge will never take; it is counted, and told among the dropped.</summary>
    public void Drop(string id) => _store.Transact(connection =>
    {
        using SqliteCommand delete = connection.Prepare("DELETE FROM event WHERE id = $id", "$id");
        // The notice about dropped events is not itself counted, or a bridge that refuses it would be sent another for ever.
        using SqliteCommand select = connection.Prepare("SELECT count(*) FROM event WHERE id = $id AND n > 0", "$id");
        long counted = (long)select.With(id).ExecuteScalar()!;
        delete.With(id).ExecuteNonQuery();
        using SqliteCommand count = connection.Prepare("UPDATE state SET events_dropped = events_dropped + $n", "$n");
        count.With(counted).ExecuteNonQuery();
        _count = -1;
        return true;
    });

    private void TellDropped(long dropped) => _store.Transact(connection =>
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (now < DateTimeOffset.UnixEpoch) now = DateTimeOffset.UnixEpoch;
        using SqliteCommand insert = connection.Prepare(
            "INSERT INTO event(n, id, kind, at, text, security) VALUES ((SELECT min(coalesce(min(n), 1), 1) - 1 FROM event), $id, 'disk', $at, $text, 1)", "$id", "$at", "$text");
        insert.With(
            Guid.CreateVersion7(now).ToString("D"), now.ToUnixTimeMilliseconds(),
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{dropped} earlier events were dropped: the terminal's event queue was full, or the bridge could not read them. No punch is among them.")).ExecuteNonQuery();
        connection.Execute("UPDATE state SET events_dropped = 0");
        _count = -1;
        return true;
    });

    private long Counted(SqliteConnection connection) => _count >= 0 ? _count : _count = connection.ReadInt64("SELECT count(*) FROM event");
}
