using System.Globalization;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Gallery;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Agent.Downlink.Commands;

/// <summary>A command as it is remembered.</summary>
/// <param name="Hash">SHA-256 of what was signed: the same id with other contents is no repeat.</param>
/// <param name="Boot">The board's boot in which it was noted.</param>
public sealed record NotedCommand(Guid Id, byte[] Hash, string Kind, string Boot, string? What, CommandResult Result);

/// <summary>
/// <c>commands.db</c>: which commands were carried out, durable before each is begun, and what became of them until the bridge has it. A file of
/// its own: whatever happens to it costs no punch.
/// </summary>
public sealed class CommandBook : IDisposable
{
    private const int Kept = 2000;
    private readonly SqliteConnection _connection;
    private readonly Lock _gate = new();

    /// <exception cref="GalleryException">It cannot be opened.</exception>
    public CommandBook(string path)
    {
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 5 }.ToString());
        try
        {
            if (!File.Exists(path))
                File.Open(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }).Dispose();
            _connection.Open();
            Run("PRAGMA journal_mode=WAL");
            Run("PRAGMA synchronous=FULL");
            // What a killed agent wrote and did not sync is on the disk before it is answered by.
            Run("PRAGMA wal_checkpoint(PASSIVE)");
            Run("""
                CREATE TABLE IF NOT EXISTS command(id TEXT PRIMARY KEY, hash BLOB NOT NULL, kind TEXT NOT NULL, boot TEXT NOT NULL, what TEXT, issued_at INTEGER NOT NULL,
                  state TEXT NOT NULL, code TEXT, text TEXT NOT NULL, at INTEGER NOT NULL, attachment TEXT, confirmed INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID
                """);
            // Up to when commands were issued of which nothing is remembered any more.
            Run("CREATE TABLE IF NOT EXISTS forgotten(id INTEGER PRIMARY KEY CHECK (id = 1), issued_at INTEGER NOT NULL) STRICT");
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            _connection.Dispose();
            throw new GalleryException($"The file {path} with the commands that were carried out cannot be opened: {fault.Message} Moved away, commands that were done could be sent again: revoke nothing, but watch the door.", fault);
        }
    }

    /// <summary>Issued by then, a command that is not known here may have been done and forgotten.</summary>
    public long ForgottenThrough
    {
        get
        {
            lock (_gate)
            {
                using SqliteCommand command = Command("SELECT issued_at FROM forgotten");
                return command.ExecuteScalar() is long at ? at : -1;
            }
        }
    }

    public NotedCommand? Find(Guid id)
    {
        lock (_gate) return List("WHERE id = $id", ("$id", id.ToString("D"))).FirstOrDefault();
    }

    /// <summary>Notes a command, durable when this returns; false where its id is there already.</summary>
    public bool Note(CommandBody body, byte[] hash, string boot, CommandResult result)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(result);
        lock (_gate)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            int added = Run(
                """
                INSERT INTO command(id, hash, kind, boot, what, issued_at, state, code, text, at) VALUES ($id, $hash, $kind, $boot, $what, $issued, $state, $code, $text, $at)
                ON CONFLICT(id) DO NOTHING
                """,
                ("$id", body.Id.ToString("D")), ("$hash", hash), ("$kind", body.Kind), ("$boot", boot), ("$what", body.Arguments.GetValueOrDefault("what")), ("$issued", body.IssuedAt),
                ("$state", result.State), ("$code", result.Code), ("$text", result.Text), ("$at", result.At));
            Forget();
            transaction.Commit();
            return added > 0;
        }
    }

    /// <summary>What became of it; told to the bridge until that has it.</summary>
    public void Settle(CommandResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        lock (_gate)
            Run("UPDATE command SET state = $state, code = $code, text = $text, at = $at, attachment = $attachment, confirmed = 0 WHERE id = $id",
                ("$state", result.State), ("$code", result.Code), ("$text", result.Text), ("$at", result.At), ("$attachment", result.Attachment), ("$id", result.Id.ToString("D")));
    }

    /// <summary>The bridge asks again: it is told again.</summary>
    public void TellAgain(Guid id)
    {
        lock (_gate) Run("UPDATE command SET confirmed = 0 WHERE id = $id", ("$id", id.ToString("D")));
    }

    /// <summary>The bridge has that word; an attachment is not kept any longer.</summary>
    public void Confirmed(CommandResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        lock (_gate)
            Run("UPDATE command SET confirmed = 1, attachment = NULL WHERE id = $id AND state = $state AND at = $at", ("$id", result.Id.ToString("D")), ("$state", result.State), ("$at", result.At));
    }

    /// <summary>What the bridge has not acknowledged, oldest first.</summary>
    public IReadOnlyList<CommandResult> Untold()
    {
        lock (_gate) return [.. List("WHERE confirmed = 0 ORDER BY issued_at, id LIMIT 20").Select(one => one.Result)];
    }

    /// <summary>Begun, and not known how it ended.</summary>
    public IReadOnlyList<NotedCommand> Begun()
    {
        lock (_gate) return List("WHERE state = 'accepted'");
    }

    public void Dispose()
    {
        lock (_gate) _connection.Dispose();
    }

    // What is forgotten moves the line below which no unknown command is taken: an old one never comes to life again by that.
    private void Forget()
    {
        using SqliteCommand newest = Command("SELECT max(issued_at) FROM command WHERE id IN (SELECT id FROM command WHERE confirmed = 1 ORDER BY issued_at DESC, id LIMIT -1 OFFSET $kept)", ("$kept", Kept));
        if (newest.ExecuteScalar() is not long through) return;
        Run("DELETE FROM command WHERE confirmed = 1 AND issued_at <= $through", ("$through", through));
        Run("INSERT INTO forgotten(id, issued_at) VALUES (1, $through) ON CONFLICT(id) DO UPDATE SET issued_at = max(issued_at, $through)", ("$through", through));
    }

    private List<NotedCommand> List(string where, params (string Name, object? Value)[] parameters)
    {
        List<NotedCommand> rows = [];
        using SqliteCommand command = Command($"SELECT id, hash, kind, boot, what, state, code, text, at, attachment FROM command {where}", parameters);
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            Guid id = Guid.Parse(row.GetString(0), CultureInfo.InvariantCulture);
            rows.Add(new(id, (byte[])row.GetValue(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), new()
            {
                Id = id, State = row.GetString(5), Code = row.IsDBNull(6) ? null : row.GetString(6), Text = row.GetString(7), At = row.GetInt64(8), Attachment = row.IsDBNull(9) ? null : row.GetString(9),
            }));
        }

        return rows;
    }

    private int Run(string sql, params (string Name, object? Value)[] parameters)
    {
        using SqliteCommand command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params (string Name, object? Value)[] parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this file; every value is a parameter.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach ((string name, object? value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
