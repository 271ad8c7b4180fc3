using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Devices.Bridge.Logging;

/// <summary>
/// One line an entry: time, level where it is not information, text, and what an exception says. The stack is for developers and
/// comes with <c>Logging:LogLevel:Devices=Debug</c>.
/// </summary>
public sealed class PlainConsoleFormatter(IOptionsMonitor<LoggerFilterOptions> filters) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "plain";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        ArgumentNullException.ThrowIfNull(textWriter);
        string text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write(DateTime.Now.ToString("HH:mm:ss ", CultureInfo.InvariantCulture));
        string level = logEntry.LogLevel switch
        {
            LogLevel.Warning => "warning: ",
            LogLevel.Error or LogLevel.Critical => "error: ",
            LogLevel.Debug or LogLevel.Trace => "debug: ",
            _ => "",
        };
        textWriter.Write(level);
        textWriter.Write(OneLine.Of(text));
        if (logEntry.Exception is { } fault)
        {
            for (Exception? one = fault; one is not null; one = one.InnerException)
                textWriter.Write($" ({one.GetType().Name}: {OneLine.Of(one.Message)})");
            if (filters.CurrentValue.Rules.Any(rule => rule.CategoryName == "Devices" && rule.LogLevel <= LogLevel.Debug))
            {
                textWriter.WriteLine();
                textWriter.Write(fault.StackTrace);
            }
        }
        textWriter.WriteLine();
    }
}
