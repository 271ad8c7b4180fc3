using Devices.Standins.Camera;

if (args is ["--help" or "-h", ..])
{
    Console.WriteLine(CameraArguments.Usage);
    return 0;
}

try
{
    var arguments = CameraArguments.Parse(args);
    await using var camera = await CameraStandin.StartAsync(arguments);

    // With --stdout that belongs to the frames alone.
    await (arguments.Stdout ? Console.Error : Console.Out).WriteLineAsync(
        $"standin-camera listening on {camera.Address.GetLeftPart(UriPartial.Authority)}");
    await camera.WaitForShutdownAsync();
    return 0;
}
catch (BadInputException exception)
{
    await Console.Error.WriteLineAsync($"standin-camera: {exception.Message}");
    return 2;
}
