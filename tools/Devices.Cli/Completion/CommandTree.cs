using System.Xml.Linq;
using Devices.Cli.App;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Devices.Cli.Completion;

/// <summary>What a value is, so that a shell can offer the right things.</summary>
public enum ValueKind
{
    /// <summary>Anything; nothing is offered.</summary>
    Text,
    File,
    Folder,

    /// <summary>A serial port of this machine, asked for at that moment.</summary>
    Port,

    /// <summary>A model pack, likewise.</summary>
    Pack,

    /// <summary>A shell that this command has completion for.</summary>
    Shell,
}

/// <summary>One flag.</summary>
/// <param name="Value">Null for a flag without a value.</param>
public sealed record FlagNode(string Name, string? Letter, ValueKind? Value, string Description);

/// <summary>One command or branch.</summary>
/// <param name="Path">Its words, by spaces; empty for the root.</param>
/// <param name="Takes">What its arguments are; <see cref="ValueKind.Text"/> where it has none that can be offered.</param>
public sealed record CommandNode(string Path, string Description, IReadOnlyList<(string Name, string Description)> Children, IReadOnlyList<FlagNode> Flags, ValueKind Takes)
{
    /// <summary>Whether it can be run.</summary>
    public bool IsCommand { get; init; }

    /// <summary>Whether help does not show it.</summary>
    public bool IsHidden { get; init; }
}

/// <summary>The command tree as Spectre has it: from its own description (<c>cli xmldoc</c>), so that nothing is written down twice.</summary>
public static class CommandTree
{
    private const string DefaultCommand = "__default_command";

    /// <summary>Every branch and command, the root first.</summary>
    public static async Task<IReadOnlyList<CommandNode>> ReadAsync(CliHost host, CancellationToken cancellationToken)
    {
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = 100_000;
        var app = new CommandApp();
        app.Configure(config =>
        {
            CliApp.Configure(config, host);
            config.Settings.Console = console;
        });
        await app.RunAsync(["cli", "xmldoc"], cancellationToken);
        return Read(XDocument.Parse(text.ToString()));
    }

    private static List<CommandNode> Read(XDocument model)
    {
        List<CommandNode> nodes = [];
        XElement root = model.Root!;
        nodes.Add(new("", "", [.. Shown(root)], [Help, Version], ValueKind.Text));
        foreach (XElement child in root.Elements("Command")) Walk(child, "", nodes);
        return nodes;
    }

    private static readonly FlagNode Help = new("--help", "-h", null, "Show help."), Version = new("--version", "-v", null, "Show the version.");

    private static void Walk(XElement command, string above, List<CommandNode> nodes)
    {
        string path = above.Length == 0 ? Name(command) : $"{above} {Name(command)}";
        // A branch that can be run itself has its flags in a command of its own, which has no word.
        XElement? own = command.Elements("Command").FirstOrDefault(c => Name(c) == DefaultCommand);
        XElement? parameters = (own ?? command).Element("Parameters");
        List<FlagNode> flags = [.. parameters?.Elements("Option").Select(Flag).OfType<FlagNode>() ?? [], Help];
        ValueKind takes = parameters?.Elements("Argument").Select(a => Kind(a.Attribute("Name")?.Value, a.Attribute("ClrType")?.Value)).FirstOrDefault(k => k != ValueKind.Text) ?? ValueKind.Text;
        nodes.Add(new(path, Text(command), [.. Shown(command)], flags, takes)
        {
            IsCommand = command.Attribute("IsBranch")?.Value is not "true" || own is not null, IsHidden = Hidden(command),
        });
        foreach (XElement child in command.Elements("Command").Where(c => Name(c) != DefaultCommand)) Walk(child, path, nodes);
    }

    private static IEnumerable<(string, string)> Shown(XElement at) =>
        at.Elements("Command").Where(c => !Hidden(c)).Select(c => (Name(c), Text(c)));

    private static bool Hidden(XElement command) => command.Attribute("IsHidden")?.Value is "true" || Name(command) is DefaultCommand or "cli" or CompleteCommand.Word;

    private static string Name(XElement command) => command.Attribute("Name")!.Value;

    private static string Text(XElement at) => (at.Element("Description")?.Value ?? "").ReplaceLineEndings(" ").Trim();

    private static FlagNode? Flag(XElement option)
    {
        string longName = (option.Attribute("Long")?.Value ?? "").Split(',')[0], shortName = (option.Attribute("Short")?.Value ?? "").Split(',')[0];
        if (longName.Length == 0) return null;
        string? value = option.Attribute("Value")?.Value;
        bool bare = option.Attribute("Kind")?.Value == "flag" || value is null or "NULL" or "";
        return new("--" + longName, shortName.Length == 0 ? null : "-" + shortName, bare ? null : Kind(value, option.Attribute("ClrType")?.Value), Text(option));
    }

    // By the name in the flag's own description: <FILE>, <DIR>, <PORT> …. A number that is called PORT is one of the network.
    private static ValueKind Kind(string? name, string? type) => (name ?? "").Trim('<', '>', '[', ']').ToUpperInvariant() switch
    {
        "FILE" or "FOLDER-OR-PICTURES" or "SOCKET" or "PATH" or "MANIFEST" or "CSV" or "DIR|ZIP" => ValueKind.File,
        "DIR" or "FOLDER" => ValueKind.Folder,
        "PORT" when type?.Contains("Int", StringComparison.Ordinal) != true => ValueKind.Port,
        "PACK" => ValueKind.Pack,
        "SHELL" => ValueKind.Shell,
        _ => ValueKind.Text,
    };
}
