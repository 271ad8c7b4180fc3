using Microsoft.Extensions.Logging;

namespace Devices.Edge.Agent.Hosting;

/// <summary>
/// Log lines for people: <c>08:31:02 sentence</c> in the site's time; a fault shows its sentence, never a stack trace. Under systemd each
/// line begins with its priority (sd-daemon(3)) so that the journal can filter.
/// </summary>
public sealed class PlainLog(SiteClock clock, TimeProvider time, TextWriter output) : ILoggerProvider
{
    private readonly bool _journal = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 };
    private readonly Lock _gate = new();

    public ILogger CreateLogger(string categoryName) => new Writer(this);

    public void Dispose()
    {
    }

    private void Write(LogLevel level, string text)
    {
        string priority = !_journal ? "" : level switch { >= LogLevel.Error => "<3>", LogLevel.Warning => "<4>", LogLevel.Information => "<6>", _ => "<7>" };
        string mark = level switch { >= LogLevel.Error => "ERROR: ", LogLevel.Warning => "Warning: ", _ => "" };
        string line = $"{priority}{clock.Seconds(time.GetUtcNow().ToUnixTimeMilliseconds())} {mark}{Line(text)}";
        lock (_gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    // What comes from outside may hold line ends, with which entries could be forged, and control sequences, which a console would obey.
    private static string Line(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Any(char.IsControl) ? string.Concat(line.Select(one => char.IsControl(one) ? '\uFFFD' : one)) : line;
    }

    private sealed class Writer(PlainLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            string text = formatter(state, null);
            if (exception is not null && !text.Contains(exception.Message, StringComparison.Ordinal)) text = $"{text} {exception.GetType().Name}: {exception.Message}";
            log.Write(logLevel, text);
        }
    }
}
