using Devices.Standins.DingTalk;

if (args is ["--help" or "-h", ..])
{
    Console.WriteLine(StandinArguments.Usage);
    return 0;
}

try
{
    await using var standin = await DingTalkStandin.StartAsync(StandinArguments.Parse(args));
    Console.WriteLine($"standin-dingtalk listening on {standin.Address.GetLeftPart(UriPartial.Authority)}");
    await standin.WaitForShutdownAsync();
    return 0;
}
catch (BadInputException exception)
{
    await Console.Error.WriteLineAsync($"standin-dingtalk: {exception.Message}");
    return 2;
}
