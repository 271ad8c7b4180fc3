using Spectre.Console;

namespace Devices.Up;

/// <summary>What the scenario found, for the table at its end.</summary>
internal sealed class CheckList
{
    private readonly List<(string What, bool Good, string Found)> _rows = [];

    public bool Good => _rows.TrueForAll(r => r.Good);

    public void Add(string what, bool good, string found) => _rows.Add((what, good, found));

    /// <summary>The table, and one line that says it all.</summary>
    public void Print()
    {
        var table = new Table().Border(TableBorder.Ascii).AddColumns("Check", "", "Found");
        foreach ((string what, bool good, string found) in _rows)
            table.AddRow(Markup.Escape(what), good ? "ok" : "FAILED", Markup.Escape(found));
        IAnsiConsole console = AnsiConsole.Create(new() { Ansi = AnsiSupport.No, Out = new FixedWidth(Console.Out) });
        console.Write(table);
        Console.WriteLine(Good
            ? $"All {_rows.Count} checks passed."
            : $"{_rows.Count(r => !r.Good)} of {_rows.Count} checks FAILED.");
    }

    // A pipe has no width of its own; the table should look the same there as on a screen.
    private sealed class FixedWidth(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;
        public bool IsTerminal => false;
        public int Width => 118;
        public int Height => 50;
        public void SetEncoding(System.Text.Encoding encoding) { }
    }
}
