using Devices.Bridge.Store;

namespace Devices.Bridge.Ingest;

/// <summary>
/// Makes a store that does not keep up visible: a row of the exceptions list (and so an alert) while it lasts, closed when it is over. A
/// full store cannot take the row; it is written as soon as it can.
/// </summary>
public sealed class PressureWatch(StorePressure pressure, IExceptionStore exceptions, TimeProvider time, ILogger<PressureWatch> log)
    : PeriodicService(Every, Every, "The state of the store could not be written down yet.", LogLevel.Debug, time, log)
{
    public const string Code = "store-behind";
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    // Shorter hiccups (a checkpoint, a backup) are in the metrics and nobody's business else.
    private static readonly TimeSpan Worth = TimeSpan.FromSeconds(5);

    private long? _since;
    private bool _told;
    private bool? _open; // null: a row may be left from before

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        return null;
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        PressureLevel level = pressure.Level;
        if (level == PressureLevel.Normal)
        {
            if (_told) Log.LogWarning("The store keeps up again; terminals send what waited.");
            (_since, _told) = (null, false);
            if (_open == false) return;
            await exceptions.ResolveAllAsync("ingest", Code, null, "bridge", cancellationToken).WaitAsync(Worth, Clock, cancellationToken);
            _open = false;
            return;
        }
        _since ??= Clock.GetTimestamp();
        if (Clock.GetElapsedTime(_since.Value) < Worth) return;
        string text = level == PressureLevel.Failing
            ? "The store takes no writes (disk full, or a fault of the database): nothing is acknowledged, punches wait on their terminals. Free space or mend the store; nothing is lost."
            : "The store is slow: terminals were told to send more slowly, punches arrive late but none is lost. Look at the disk and at what else uses it.";
        if (!_told) Log.LogError("{Text}", text);
        _told = true;
        if (_open == true) return;
        await exceptions.RaiseAsync(new("ingest", Code, text) { Cause = Code }, cancellationToken).WaitAsync(Worth, Clock, cancellationToken);
        _open = true;
    }
}
