using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Microsoft.Data.Sqlite;

namespace Devices.Cli.Tests;

public sealed class LedgerTests : IDisposable
{
    private const long Morning = 1_790_000_000_000;
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;

    public LedgerTests() => _cli = new Support.Cli(_folder);

    public void Dispose() => _folder.Dispose();

    private LedgerStore Open() => LedgerStore.Open(new LedgerOptions { Path = _folder["ledger.db"], Terminal = "m2-001", ReserveBytes = 0 }, "boot-1");

    private static void Punch(LedgerStore store, string person, long n, bool trusted = true) =>
        store.Append(new PunchDraft { Person = person, Method = PunchMethod.Face, Score = 0.71f, Threshold = 0.43f, Liveness = 0.9f, Pack = "p@1.0.0" },
            trusted ? ClockReading.Known(Morning + n, n, "boot-1", 5) : ClockReading.Unknown(n, n, "boot-1")).ShouldBeOfType<AppendResult.Recorded>();

    private void Tamper(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder["ledger.db"]};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT group_concat('DROP TRIGGER ' || name, ';') FROM sqlite_master WHERE type = 'trigger'";
        command.CommandText = (string)command.ExecuteScalar()! + ";" + sql;
        command.ExecuteNonQuery();
    }

    [Fact]
    public async Task A_good_ledger_is_whole_also_while_the_agent_writes_it()
    {
        using LedgerStore store = Open();
        for (int n = 1; n <= 20; n++) Punch(store, $"p{n}", n);

        Ran run = (await _cli.RunAsync("ledger", "verify", "ledger.db", "--json")).ShouldSucceed();

        run.Json.GetProperty("whole").GetBoolean().ShouldBeTrue();
        run.Json.GetProperty("rows").GetInt64().ShouldBe(20);
        run.Json.GetProperty("sealed").GetInt64().ShouldBe(20);
        run.Json.GetProperty("held").GetInt64().ShouldBe(0);
        Punch(store, "p21", 21);
        (await _cli.RunAsync("ledger", "verify", "ledger.db")).ShouldSucceed().Output.ShouldContain("The chain holds through punch 21");
    }

    [Fact]
    public async Task Held_punches_are_counted_not_faulted()
    {
        using LedgerStore store = Open();
        Punch(store, "a", 1);
        Punch(store, "b", 2, trusted: false);
        Ran run = (await _cli.RunAsync("ledger", "verify", "ledger.db", "--json")).ShouldSucceed();
        run.Json.GetProperty("sealed").GetInt64().ShouldBe(1);
        run.Json.GetProperty("held").GetInt64().ShouldBe(1);
        run.Json.GetProperty("through").GetInt64().ShouldBe(1);
    }

    [Theory]
    [InlineData("UPDATE punch SET person = 'someone-else' WHERE seq = 3", 3)]
    [InlineData("UPDATE punch SET at = at + 3600000 WHERE seq = 4", 4)]
    [InlineData("DELETE FROM punch WHERE seq = 2", 2)]
    [InlineData("DELETE FROM punch WHERE seq = 1", 1)]
    public async Task Whatever_was_altered_or_taken_out_is_found_at_its_place(string sql, long seq)
    {
        using (LedgerStore store = Open())
            for (int n = 1; n <= 5; n++) Punch(store, $"p{n}", n);
        Tamper(sql);

        (await _cli.RunAsync("ledger", "verify", "ledger.db")).ShouldRefuse(ExitCodes.LedgerFaulty, $"first fault is at punch {seq}");
        Ran json = await _cli.RunAsync("ledger", "verify", "ledger.db", "--json");
        json.Code.ShouldBe(ExitCodes.LedgerFaulty.Number);
        json.Json.GetProperty("first_faulty").GetInt64().ShouldBe(seq);
    }

    [Fact]
    public async Task Show_prints_the_punches_for_people_and_for_scripts()
    {
        using LedgerStore store = Open();
        Punch(store, "grace", 1);
        Punch(store, "ada", 2);
        Punch(store, "held", 3, trusted: false);
        Ran text = (await _cli.RunAsync("ledger", "show", "ledger.db")).ShouldSucceed();
        text.Output.ShouldContain("grace");
        Ran json = (await _cli.RunAsync("ledger", "show", "ledger.db", "--json", "--from", "2")).ShouldSucceed();
        json.Json.GetArrayLength().ShouldBe(2);
        var ada = json.Json[0];
        ada.GetProperty("terminal").GetString().ShouldBe("m2-001");
        ada.GetProperty("ledger").GetGuid().ShouldBe(store.LedgerId);
        ada.GetProperty("seq").GetInt64().ShouldBe(2);
        ada.GetProperty("person").GetString().ShouldBe("ada");
        ada.GetProperty("at").GetInt64().ShouldBe(Morning + 2);
        ada.GetProperty("clock").GetString().ShouldBe("synced");
        ada.GetProperty("method").GetString().ShouldBe("face");
        ada.GetProperty("score").GetSingle().ShouldBe(0.71f);
        ada.GetProperty("chain").GetString()!.Length.ShouldBe(64);
        json.Json[1].GetProperty("sealed").GetBoolean().ShouldBeFalse();
        json.Json[1].GetProperty("clock").GetString().ShouldBe("held");
    }

    [Fact]
    public async Task A_missing_a_foreign_and_a_torn_file_are_told_apart_and_left_as_they_are()
    {
        (await _cli.RunAsync("ledger", "verify", "ledger.db")).ShouldRefuse(ExitCodes.LedgerMissing, "ledger.db");
        File.Exists(_folder["ledger.db"]).ShouldBeFalse();
        _folder.Write("ledger.db", new string('x', 5000));
        (await _cli.RunAsync("ledger", "verify", "ledger.db")).ShouldRefuse(ExitCodes.LedgerUnreadable, "not a ledger");
        File.ReadAllText(_folder["ledger.db"]).ShouldBe(new string('x', 5000));
        File.Delete(_folder["ledger.db"]);

        using (LedgerStore store = Open())
            for (int n = 1; n <= 500; n++) Punch(store, $"p{n}", n);
        using (FileStream file = File.OpenWrite(_folder["ledger.db"])) file.SetLength(file.Length / 2);
        Ran torn = await _cli.RunAsync("ledger", "verify", "ledger.db");
        torn.Code.ShouldBeOneOf(ExitCodes.LedgerFaulty.Number, ExitCodes.LedgerUnreadable.Number);
        torn.Error.ShouldContain("damaged");
        (await _cli.RunAsync("ledger", "show", "ledger.db")).Code.ShouldBeOneOf(0, ExitCodes.LedgerUnreadable.Number);
    }
}
