using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Devices.Cli.Tests.Support;

namespace Devices.Cli.Tests.View;

/// <summary><c>devices view</c> as a process, and a browser's requests to it.</summary>
internal sealed partial class Viewing : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(60) };

    private Viewing(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>As printed, with the token.</summary>
    public Uri Address { get; }

    public int Port => Address.Port;

    public static async Task<Viewing> StartAsync(TempFolder folder, params string[] more)
    {
        Process process = BuiltProgram.Start(BuiltProgram.Devices, folder.Path, ["view", "--agent", "state/agent.sock", .. more]);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (Printed().Match(line) is { Success: true } found) return new(process, new Uri(found.Value));
        }

        throw new InvalidOperationException("devices view ended: " + await process.StandardError.ReadToEndAsync(limit.Token));
    }

    public async Task<HttpResponseMessage> GetAsync(string path, string? cookie = null, Action<HttpRequestMessage>? with = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, path));
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        with?.Invoke(request);
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<HttpStatusCode> CodeAsync(string path, string? cookie = null, Action<HttpRequestMessage>? with = null)
    {
        using HttpResponseMessage answer = await GetAsync(path, cookie, with);
        return answer.StatusCode;
    }

    public async Task<string> TextAsync(string path, string? cookie)
    {
        using HttpResponseMessage answer = await GetAsync(path, cookie);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Enters with the token, as a browser does; the cookie for the requests that follow.</summary>
    public async Task<string> EnterAsync()
    {
        using HttpResponseMessage answer = await GetAsync(Address.PathAndQuery);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return answer.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem().Split(';')[0];
    }

    public async Task<Ran> StopAsync(string signal = "INT")
    {
        using Process kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        return await BuiltProgram.EndAsync(_process);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await StopAsync();
        _process.Dispose();
        _http.Dispose();
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/\?token=[0-9a-f]{32}$")]
    private static partial Regex Printed();
}
