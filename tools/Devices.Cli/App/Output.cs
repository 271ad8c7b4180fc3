using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Devices.Cli.App;

/// <summary>Where a command's words go: text for people, or exactly one JSON document on standard output for scripts.</summary>
public sealed class Output(IAnsiConsole console, CliHost host, bool json, bool verbose)
{
    public IAnsiConsole Console { get; } = console;

    public bool IsJson { get; } = json;

    /// <summary>Whether questions may be asked and spinners drawn.</summary>
    public bool Interactive { get; } = host.Interactive && !json;

    /// <summary>One line for a person; nothing with <c>--json</c>.</summary>
    public void Say(string line)
    {
        if (!IsJson) Line(Console, line, Style.Plain);
    }

    /// <summary>A line that says something went right, wrong or so-so.</summary>
    public void Say(string line, Color colour)
    {
        if (!IsJson) Line(Console, line, new Style(colour));
    }

    /// <summary>A table for a person; nothing with <c>--json</c>.</summary>
    public void Show(Table table)
    {
        if (!IsJson) Console.Write(table);
    }

    /// <summary>The JSON document; nothing without <c>--json</c>.</summary>
    public void Json<T>(T document, JsonTypeInfo<T> type)
    {
        if (IsJson) Console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(document, type));
    }

    /// <summary>A fault: on standard error for people, as the JSON document for scripts.</summary>
    public void Fault(CliException fault)
    {
        if (IsJson)
        {
            Json(new FaultReport(false, new FaultDetail(fault.Code.Number, fault.Code.Name, fault.Message, fault.Remedy)), CliJson.Default.FaultReport);
        }
        else
        {
            Line(host.Error, $"Error {fault.Code.Number} ({fault.Code.Name}): {fault.Message}", new Style(Color.Red));
            if (fault.Remedy.Length > 0) Line(host.Error, $"What to do: {fault.Remedy}", Style.Plain);
        }

        if (verbose && fault.InnerException is { } inner) Line(host.Error, inner.ToString(), Style.Plain);
    }

    // Spectre folds at the terminal's width; what a script or a log reads must stay one line.
    private void Line(IAnsiConsole to, string line, Style style)
    {
        if (Interactive) to.WriteLine(line, style);
        else to.Profile.Out.Writer.WriteLine(line);
    }
}
