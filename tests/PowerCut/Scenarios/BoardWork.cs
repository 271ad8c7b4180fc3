using System.Globalization;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Vision.Match;
using Devices.Link;
using Devices.PowerCut.Disk;
using Microsoft.Data.Sqlite;

namespace Devices.PowerCut.Scenarios;

/// <summary>A board's people, answers, commands and PINs at work, as drawn.</summary>
internal sealed class BoardWork(string folder, DiskLog log, Random random, bool faulty) : IDisposable
{
    private readonly Dictionary<string, string> _pins = [];
    private Board? _board;
    private int _entries;
    private int _commands;

    public void Run(int steps)
    {
        Opened();
        for (int n = 0; n < steps; n++) Step(_board!);
        if (!faulty) return;
        log.Faults = null;
        Ask(new("recovered") { Touches = ["person/p-1"] }, () => Promise.Holds(_board!.People.Put("p-1", "Recovered", null, null, null) is null, "the disk works again, and the gallery refuses"));
    }

    public void Dispose() => _board?.Dispose();

    private void Opened()
    {
        for (int attempt = 0; attempt < 200; attempt++)
        {
            try
            {
                log.Note(new RecordAsked("open"));
                _board = new(folder);
                log.Note(new RecordStands(_board.Read(Pins)));
                return;
            }
            catch (Exception fault) when (faulty && fault is SqliteException or GalleryException)
            {
                log.Note(new RecordRefused("open"));
                _board?.Dispose();
                _board = null;
            }
        }

        throw new BrokenPromiseException("the board's files did not open though the disk works again");
    }

    private string[] Pins => [.. _pins.Select(one => $"{one.Key}={one.Value}")];

    private void Step(Board board)
    {
        string person = "p-" + random.Next(1, 6).ToString(CultureInfo.InvariantCulture);
        switch (random.Next(12))
        {
            case < 3:
                string[]? cards = random.Next(3) == 0 ? null : [$"04A1B2{random.Next(100):00}"];
                FaceTemplate[]? templates = random.Next(2) == 0 ? null : [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Template(person))];
                string name = $"Name {random.Next(100)}";
                Ask(new("put " + person) { Touches = ["person/"] }, () => board.People.Put(person, name, cards, templates, templates is null ? null : Board.Pack));
                break;
            case 3:
                Ask(new("erase " + person) { Touches = ["person/"] }, () => board.People.Erase(person));
                break;
            case < 6 when _entries < Board.Most:
                string entry = Board.EntryId(++_entries);
                Ask(new("answer " + entry) { Touches = ["answer/" + entry] }, () => board.Answers.Keep(new()
                {
                    Id = entry, Result = ConfirmResult.Unknown, Seq = random.Next(100), Name = "n", At = 1_764_000_000_000, Reason = new string('r', random.Next(100)),
                }));
                break;
            case < 8 when _commands < Board.Most - 12:
                Guid id = Board.CommandId(++_commands);
                Ask(new("note " + id) { Touches = ["command/" + id, "untold/" + id] }, () => board.Commands.Note(
                    new() { Id = id, Terminal = "m2-001", Kind = "open-door", IssuedAt = _commands, ExpiresAt = 9_000 }, [1, 2, 3], "boot-1", Result(id, "accepted")));
                break;
            case 8 when _commands > 0:
                Guid settled = Board.CommandId(random.Next(1, _commands + 1));
                Ask(new("settle " + settled) { Touches = ["command/" + settled, "untold/" + settled] }, () => board.Commands.Settle(Result(settled, "done")));
                if (random.Next(2) == 0) Ask(new("confirmed " + settled) { Touches = ["untold/" + settled] }, () => board.Commands.Confirmed(Result(settled, "done")));
                break;
            case < 11:
                string number = (700 + person[^1]).ToString(CultureInfo.InvariantCulture) + random.Next(10), pin = random.Next(10_000_000, 99_999_999).ToString(CultureInfo.InvariantCulture);
                Ask(new("pin " + person) { Touches = ["pin/" + person] }, () =>
                {
                    if (board.Pins.Set(person, number, pin) is null) _pins[person] = $"{number}:{pin}";
                });
                break;
            default:
                Ask(new("no pin " + person) { Touches = ["pin/" + person] }, () =>
                {
                    board.Pins.Remove(person);
                    _pins.Remove(person);
                });
                break;
        }
    }

    private void Ask(RecordAsked asked, Action work)
    {
        log.Note(asked);
        try
        {
            work();
            log.Note(new RecordStands(_board!.Read(Pins)));
        }
        catch (Exception fault) when (faulty && fault is SqliteException or GalleryException)
        {
            log.Note(new RecordRefused(asked.What));
        }
    }

    private static CommandResult Result(Guid id, string state) => new() { Id = id, State = state, Text = "Words.", At = 7 };

    private FaceTemplate Template(string person)
    {
        byte[] id = new byte[16];
        random.NextBytes(id);
        float[] vector = [.. Enumerable.Range(0, 128).Select(_ => (float)(random.NextDouble() - 0.5))];
        float norm = MathF.Sqrt(vector.Sum(v => v * v));
        return new(new Guid(id), person, Board.Pack, vector.Select(v => v / norm).ToArray());
    }
}
