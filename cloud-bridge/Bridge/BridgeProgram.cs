namespace Devices.Bridge;

/// <summary>The command line: <c>Devices.Bridge [claim|password] …</c>; without a subcommand it serves.</summary>
public static class BridgeProgram
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        await using WebApplication app = BridgeApplication.Build(args);
        await app.RunAsync();
        return 0;
    }
}
