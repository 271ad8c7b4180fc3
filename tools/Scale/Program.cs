using Devices.PrivateServers;
using Devices.Scale;

ScalePlan plan;
try
{
    plan = ScalePlan.Read(args);
}
catch (ArgumentException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 2;
}
if (Installation.Missing() is { } missing)
{
    await Console.Error.WriteLineAsync(missing);
    return 2;
}
using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; stop.Cancel(); };
try
{
    if (plan.MeasureSeconds > 0) await Measuring.RunAsync(plan, Console.Out, stop.Token);
    else Console.WriteLine(await ScaleRun.RunAsync(plan, Console.Out, stop.Token));
    return 0;
}
catch (Exception fault) when (fault is ScaleException or PrivateServerException or HttpRequestException or Npgsql.NpgsqlException)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
