
namespace Devices.Bridge.Operations;

/// <summary><c>Devices.Bridge health [--url URL]</c>: asks a running bridge; for health checks of containers, which hold no other client.</summary>
public static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <returns>0 where it answers with success, else 1.</returns>
    /// <exception cref="BridgeStartException">A flag is not known or the address is none.</exception>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        string url = args switch
        {
            [] => "http://127.0.0.1:5080/health/ready",
            ["--url", var given] => given,
            _ => throw new BridgeStartException("Use: Devices.Bridge health [--url http://127.0.0.1:5080/health/ready]."),
        };
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address) || address.Scheme != Uri.UriSchemeHttp)
            throw new BridgeStartException($"--url is '{url}': give something like http://127.0.0.1:5080/health/ready.");
        using HttpClient http = new() { Timeout = Patience };
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(address);
            await output.WriteLineAsync(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            await output.WriteLineAsync($"The bridge does not answer at {address}: {fault.Message}");
            return 1;
        }
    }
}
