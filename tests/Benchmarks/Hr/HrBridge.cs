using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Benchmarks.Hr;

/// <summary>A real bridge, a process of its own on free ports over a seeded store, and a browser that is logged in.</summary>
internal sealed partial class HrBridge : IDisposable
{
    private const string Password = "correct horse battery staple 9";
    private readonly Process _process;

    private HrBridge(Process process, HttpClient http) => (_process, Http) = (process, http);

    public HttpClient Http { get; }

    /// <summary>Resident memory, MiB.</summary>
    public double Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    public static async Task<HrBridge> StartAsync(string data, string? postgres)
    {
        string program = Path.Combine(RepoRoot.Path, "artifacts", "bin", "Devices.Bridge", "release", "Devices.Bridge");
        if (!File.Exists(program)) throw new InvalidOperationException($"{program} is missing: build cloud-bridge/Bridge first.");
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in (string[])[$"--Bridge:Data={data}", "--Bridge:Mqtt:Port=0", "--Bridge:Mqtt:Bind=127.0.0.1", "--Bridge:Https:Port=0", "--Bridge:Https:Bind=127.0.0.1",
            "--Bridge:Http:Url=http://127.0.0.1:0", "--Bridge:Platform:Kind=none", "--Bridge:Site:Shift=09:00-18:00", "--Logging:LogLevel:Default=Warning",
            .. postgres is null ? (string[])[] : ["--Bridge:Store=postgres", $"--Bridge:Postgres:ConnectionFile={postgres}"]])
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        string? password = null, address = null;
        while (address is null)
        {
            string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The bridge ended: its reason stands above.");
            if (line.StartsWith("HR one-time password: ", StringComparison.Ordinal)) password = line["HR one-time password: ".Length..].Trim();
            if (ReadyLine().Match(line) is { Success: true } ready) address = ready.Groups[1].Value;
        }

        password ??= await OneTimeAsync(program, data);
        HttpClient http = new(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = true }) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(5) };
        HrBridge bridge = new(process, http);
        await bridge.SubmitAsync("/login", new() { ["user"] = "hr", ["password"] = password });
        await bridge.SubmitAsync("/account/password", new() { ["current"] = password, ["new"] = Password, ["repeat"] = Password });
        using HttpResponseMessage punches = await http.GetAsync("/terminals");
        if (punches.RequestMessage!.RequestUri!.AbsolutePath != "/terminals") throw new InvalidOperationException($"The log-in was not accepted: {punches.RequestMessage.RequestUri}");
        return bridge;
    }

    /// <summary>Makes a link of a wall board; its address.</summary>
    public async Task<string> WallAsync(bool names)
    {
        Match link = WallLink().Match(await SubmitAsync("/walls", new() { ["label"] = "Benchmark", ["site"] = "*", ["names"] = names ? "1" : "0" }, "/walls/add"));
        return link.Success ? link.Value : throw new InvalidOperationException("No wall board could be made.");
    }

    public void Dispose()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static async Task<string> OneTimeAsync(string program, string data)
    {
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in (string[])["password", "--data", data, "--user", "hr", "--json"]) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return PasswordField().Match(text) is { Success: true } found ? found.Groups[1].Value : throw new InvalidOperationException($"No one-time password: {text}");
    }

    private async Task<string> SubmitAsync(string path, Dictionary<string, string> fields, string? action = null)
    {
        string form = await Http.GetStringAsync(path);
        foreach (Match hidden in Hidden().Matches(form))
        {
            Match name = NameOf().Match(hidden.Value), value = ValueOf().Match(hidden.Value);
            if (name.Success) fields.TryAdd(name.Groups[1].Value, WebUtility.HtmlDecode(value.Groups[1].Value));
        }

        using FormUrlEncodedContent body = new(fields);
        using HttpResponseMessage answer = await Http.PostAsync(action ?? path, body);
        return await answer.Content.ReadAsStringAsync();
    }

    [GeneratedRegex("/wall/[A-Za-z0-9_-]{20,}")]
    private static partial Regex WallLink();

    [GeneratedRegex("^bridge ready http=(\\S+)")]
    private static partial Regex ReadyLine();

    [GeneratedRegex("\"(?:one_time_)?password\": ?\"([^\"]+)\"")]
    private static partial Regex PasswordField();

    [GeneratedRegex("<input[^>]*type=\"hidden\"[^>]*>")]
    private static partial Regex Hidden();

    [GeneratedRegex("name=\"([^\"]*)\"")]
    private static partial Regex NameOf();

    [GeneratedRegex("value=\"([^\"]*)\"")]
    private static partial Regex ValueOf();
}
