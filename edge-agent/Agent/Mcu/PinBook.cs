using System.Security.Cryptography;
using System.Text;
using Devices.Edge.Agent.Secrets;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Agent.Mcu;

/// <summary>What became of a number and a PIN.</summary>
public enum PinVerdict
{
    Right,

    /// <summary>No such number, or another PIN: which of the two is not said.</summary>
    Wrong,

    /// <summary>Too many wrong ones for this number, or at this terminal; nothing was looked at.</summary>
    Locked,
}

/// <summary>
/// <c>pins.db</c>: a person's number at the keypad and their PIN, as PBKDF2-HMAC-SHA-512 (NIST SP 800-132) over a salt of its own, keyed besides
/// with a key that lies in another file (<c>pins.key</c>, mode 0600): a PIN has few digits, and without that key the table alone is no help to
/// whoever tries them all. Five wrong ones in a row lock the number for a quarter of an hour, also over restarts; twenty at the terminal in
/// ten minutes lock the keypad for ten.
/// </summary>
public sealed class PinBook : IDisposable
{
    public const int MinDigits = 4;
    public const int MaxDigits = 12;

    private const int WrongPerNumber = 5;
    private const int WrongAtTerminal = 20;
    private static readonly TimeSpan NumberLock = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan TerminalWindow = TimeSpan.FromMinutes(10);
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly byte[] _key;
    private readonly TimeProvider _time;
    private readonly int _iterations;
    private readonly Queue<long> _wrong = new();
    private long? _lockedSince;

    /// <param name="iterations">Rounds of PBKDF2 for new PINs; each row keeps its own.</param>
    public PinBook(string path, string keyFile, TimeProvider time, int iterations = 210_000)
    {
        _time = time;
        _iterations = iterations;
        _key = SecretFile.ReadOrCreate(keyFile, () => RandomNumberGenerator.GetBytes(32), "the key of the PINs");
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        using SqliteCommand make = _connection.CreateCommand();
        make.CommandText = """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA wal_checkpoint(PASSIVE);
            CREATE TABLE IF NOT EXISTS pin(
              number TEXT PRIMARY KEY, person TEXT NOT NULL UNIQUE, salt BLOB NOT NULL, hash BLOB NOT NULL, rounds INTEGER NOT NULL,
              wrong INTEGER NOT NULL DEFAULT 0, locked_until INTEGER NOT NULL DEFAULT 0) STRICT;
            """;
        make.ExecuteNonQuery();
    }

    /// <summary>Gives a person a number and a PIN, or replaces them. Null, or one sentence why not.</summary>
    public string? Set(string person, string number, string pin)
    {
        if (!IsDigits(number, 1)) return "The number has to be 1 to 12 digits.";
        if (!IsDigits(pin, MinDigits)) return $"The PIN has to be {MinDigits} to {MaxDigits} digits.";
        if (IsGuessable(pin) || pin == number) return "That PIN is among the first that somebody would try; choose another.";
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        byte[] hash = Hash(pin, salt, _iterations);
        lock (_gate)
        {
            using SqliteCommand taken = Command("SELECT person FROM pin WHERE number = $number AND person <> $person", ("$number", number), ("$person", person));
            if (taken.ExecuteScalar() is not null) return $"The number {number} belongs to somebody else.";
            // One commit: where the power goes in between, the person still has the PIN from before.
            using SqliteTransaction transaction = _connection.BeginTransaction();
            using SqliteCommand put = Command(
                """
                DELETE FROM pin WHERE person = $person;
                INSERT INTO pin(number, person, salt, hash, rounds) VALUES ($number, $person, $salt, $hash, $rounds);
                """, ("$person", person), ("$number", number), ("$salt", salt), ("$hash", hash), ("$rounds", _iterations));
            put.ExecuteNonQuery();
            transaction.Commit();
            return null;
        }
    }

    /// <summary>Takes a person's PIN away; false where there was none.</summary>
    public bool Remove(string person)
    {
        lock (_gate)
        {
            using SqliteCommand delete = Command("DELETE FROM pin WHERE person = $person", ("$person", person));
            if (delete.ExecuteNonQuery() == 0) return false;
            // What was deleted must not stay readable in the log either.
            using SqliteCommand cut = Command("PRAGMA wal_checkpoint(TRUNCATE)");
            cut.ExecuteNonQuery();
            return true;
        }
    }

    /// <summary>Checks what was typed; every wrong one is counted durably before the answer.</summary>
    public PinVerdict Check(string number, string pin, out string person)
    {
        person = "";
        lock (_gate)
        {
            if (TerminalLocked()) return PinVerdict.Locked;
            long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
            using SqliteCommand select = Command("SELECT person, salt, hash, rounds, wrong, locked_until FROM pin WHERE number = $number", ("$number", number));
            using SqliteDataReader row = select.ExecuteReader();
            if (!row.Read())
            {
                // As long as for a number that there is, so that the time does not tell which numbers there are.
                Hash(pin, new byte[16], _iterations);
                Wrong();
                return PinVerdict.Wrong;
            }

            long until = row.GetInt64(5), longest = now + (long)NumberLock.TotalMilliseconds;
            if (until > now)
            {
                // A clock that was set back must not lock somebody for longer than the rule.
                if (until > longest) Count(number, 0, longest);
                return PinVerdict.Locked;
            }

            if (CryptographicOperations.FixedTimeEquals(Hash(pin, (byte[])row[1], row.GetInt32(3)), (byte[])row[2]))
            {
                person = row.GetString(0);
                if (row.GetInt64(4) > 0 || until > 0) Count(number, 0, 0);
                return PinVerdict.Right;
            }

            long wrong = row.GetInt64(4) + 1;
            if (wrong >= WrongPerNumber) Count(number, 0, now + (long)NumberLock.TotalMilliseconds);
            else Count(number, wrong, 0);
            Wrong();
            return PinVerdict.Wrong;
        }
    }

    /// <summary>Whether the keypad as a whole is locked for too many wrong entries.</summary>
    public bool IsTerminalLocked
    {
        get
        {
            lock (_gate) return TerminalLocked();
        }
    }

    public void Dispose()
    {
        lock (_gate) _connection.Dispose();
    }

    private bool TerminalLocked()
    {
        if (_lockedSince is { } since && _time.GetElapsedTime(since) < TerminalWindow) return true;
        _lockedSince = null;
        return false;
    }

    private void Wrong()
    {
        _wrong.Enqueue(_time.GetTimestamp());
        while (_time.GetElapsedTime(_wrong.Peek()) > TerminalWindow) _wrong.Dequeue();
        if (_wrong.Count < WrongAtTerminal) return;
        _wrong.Clear();
        _lockedSince = _time.GetTimestamp();
    }

    private void Count(string number, long wrong, long lockedUntil)
    {
        using SqliteCommand update = Command("UPDATE pin SET wrong = $wrong, locked_until = $until WHERE number = $number", ("$wrong", wrong), ("$until", lockedUntil), ("$number", number));
        update.ExecuteNonQuery();
    }

    private byte[] Hash(string pin, byte[] salt, int rounds)
    {
        byte[] keyed = HMACSHA512.HashData(_key, Encoding.ASCII.GetBytes(pin));
        return Rfc2898DeriveBytes.Pbkdf2(keyed, salt, rounds, HashAlgorithmName.SHA512, 32);
    }

    private SqliteCommand Command(string sql, params (string Name, object Value)[] parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }

    private static bool IsDigits(string text, int least) => text.Length >= least && text.Length <= MaxDigits && text.All(char.IsAsciiDigit);

    // All the same digit, or a run up or down.
    private static bool IsGuessable(string pin)
    {
        int step = pin[1] - pin[0];
        return step is >= -1 and <= 1 && Enumerable.Range(1, pin.Length - 1).All(i => pin[i] - pin[i - 1] == step);
    }
}
