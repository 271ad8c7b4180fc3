using System.Globalization;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Downlink.Commands;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Link;
using Devices.PowerCut.Disk;

namespace Devices.PowerCut.Scenarios;

/// <summary>The board's other databases in one folder: people with cards and templates, answers given to the controller, commands done, PINs.</summary>
public sealed class BoardScenario : IScenario
{
    public string Name => "board";

    public void Prepare(string folder)
    {
        // The keys are made once and are no part of what is cut here.
        using Board board = new(folder);
    }

    public string? Work(string folder, DiskLog log, Random random, int steps, bool faulty)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(random);
        using BoardWork work = new(folder, log, random, faulty);
        work.Run(steps);
        return null;
    }

    public void Recover(string folder) => new Board(folder).Dispose();

    public string? Check(string folder, Told told, Random random)
    {
        ArgumentNullException.ThrowIfNull(told);
        using Board board = new(folder);
        HashSet<string> pins = [];
        foreach (RecordStands stands in told.Facts.OfType<RecordStands>().TakeLast(1).Append(told.Next as RecordStands).OfType<RecordStands>())
            pins.UnionWith(stands.Values.Where(one => one.Key.StartsWith("pin/", StringComparison.Ordinal)).Select(one => $"{one.Key[4..]}={one.Value}"));
        RecordOracle.Compare(told, board.Read(pins));
        // It goes on.
        Promise.Holds(board.People.Put("after", "After", ["0A0B0C0D"], null, null) is null, "nobody can be put into the gallery any more");
        Promise.Holds(board.People.FindByCard("0A0B0C0D")?.Id == "after", "who was just put into the gallery is not found");
        Promise.Holds(board.Pins.Set("after", "987654", "19283746") is null && board.Pins.Check("987654", "19283746", out string person) == PinVerdict.Right && person == "after", "a PIN cannot be given any more");
        board.Answers.Keep(new() { Id = "after", Result = ConfirmResult.Unknown });
        Promise.Holds(board.Answers.Find("after") is not null, "an answer that was just kept is not found");
        return null;
    }
}

/// <summary>The four files, open.</summary>
internal sealed class Board : IDisposable
{
    public static readonly PackRef Pack = new("pack-a", "1.0.0");
    private readonly TemplateVault _vault;

    public Board(string folder)
    {
        // Beside the folder: files of other kinds than SQLite's are not recorded here.
        string shared = Path.Combine(Path.GetDirectoryName(folder)!, "keys");
        Directory.CreateDirectory(shared);
        _vault = TemplateVault.Open(Path.Combine(shared, "templates.key"));
        try
        {
            People = PeopleStore.Open(Path.Combine(folder, "gallery.db"), _vault, TimeProvider.System);
            Answers = new(Path.Combine(folder, "entries.db"));
            Commands = new(Path.Combine(folder, "commands.db"));
            Pins = new(Path.Combine(folder, "pins.db"), Path.Combine(shared, "pins.key"), TimeProvider.System, iterations: 2);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public PeopleStore People { get; } = null!;

    public EntryAnswers Answers { get; } = null!;

    public CommandBook Commands { get; } = null!;

    public PinBook Pins { get; } = null!;

    /// <summary>Everything by key.</summary>
    /// <param name="pins"><c>person=number:pin</c>: nobody can read a PIN, so each is tried.</param>
    public Dictionary<string, string> Read(IReadOnlyCollection<string> pins)
    {
        Dictionary<string, string> all = [];
        foreach (Person person in People.List())
        {
            List<FaceTemplate> templates = People.TemplatesOf(person.Id, Pack);
            all["person/" + person.Id] = string.Create(CultureInfo.InvariantCulture, $"{person.Name} {string.Join(',', person.Cards)} {string.Join(',', person.Templates)} {string.Join(',', templates.Select(t => t.Id).Order())}");
        }

        foreach (Guid id in Enumerable.Range(1, Most).Select(CommandId))
            if (Commands.Find(id) is { } command) all["command/" + id] = $"{command.Kind} {command.Boot} {command.Result.State} {command.Result.Text}";
        foreach (CommandResult result in Commands.Untold()) all["untold/" + result.Id] = result.State;
        foreach (string entry in Enumerable.Range(1, Most).Select(EntryId))
            if (Answers.Find(entry) is { } answer) all["answer/" + entry] = string.Create(CultureInfo.InvariantCulture, $"{answer.Result} {answer.Seq} {answer.Name} {answer.At} {answer.Reason}");
        foreach (string pin in pins)
        {
            string[] parts = pin.Split('=', ':');
            if (Pins.Check(parts[1], parts[2], out string person) == PinVerdict.Right && person == parts[0]) all["pin/" + parts[0]] = $"{parts[1]}:{parts[2]}";
        }

        return all;
    }

    /// <summary>Ids are counted up to here, so that what nobody was told can be looked for, too.</summary>
    public const int Most = 30;

    public static string EntryId(int n) => "e-" + n.ToString(CultureInfo.InvariantCulture);

    public static Guid CommandId(int n) => new(n, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]);

    public void Dispose()
    {
        Pins?.Dispose();
        Commands?.Dispose();
        Answers?.Dispose();
        People?.Dispose();
        _vault.Dispose();
    }
}
