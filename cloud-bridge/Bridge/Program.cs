return await Devices.Bridge.BridgeProgram.RunAsync(args, Console.Out, Console.Error);
