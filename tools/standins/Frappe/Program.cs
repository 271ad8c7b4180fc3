using System.Globalization;
using Devices.Standins.Frappe;

if (args is not ([] or ["--port", _]) || (args is ["--port", var text] && !ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
{
    await Console.Error.WriteLineAsync("standin-frappe: it takes --port N only (0 for a free one).");
    return 2;
}

await using FrappeStandin standin = await FrappeStandin.StartAsync(port: args is [_, var port] ? ushort.Parse(port, CultureInfo.InvariantCulture) : 0);
Console.WriteLine($"standin-frappe listening on {standin.Address.GetLeftPart(UriPartial.Authority)}");
await standin.WaitForShutdownAsync();
return 0;
