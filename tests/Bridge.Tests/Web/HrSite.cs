using System.Net;
using System.Text.RegularExpressions;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Web.Access;
using Microsoft.Extensions.DependencyInjection;

namespace Devices.Bridge.Tests.Web;

/// <summary>The HR pages of a running bridge, as a browser without JavaScript sees them.</summary>
internal sealed partial class HrSite : IAsyncDisposable
{
    public const string Password = "correct horse battery";

    // A hash is made to be slow: once for all tests.
    internal static readonly string Hashed = Devices.Bridge.Fleet.Passwords.Hash(Password);

    private HrSite(Bench bench, string oneTime) => (Bench, OneTime) = (bench, oneTime);

    public Bench Bench { get; }
    public string OneTime { get; }

    public static async Task<HrSite> StartAsync(params IReadOnlyList<string> settings)
    {
        // Without a platform nothing changes under the tests' hands; the roster and outbox are filled by hand.
        Bench bench = await Bench.StartAsync(null, ["--Bridge:Platform:Kind=none", .. settings]);
        string oneTime = await bench.App.Services.GetRequiredService<AccountPasswords>().GiveOneTimeAsync("hr", CancellationToken.None) ?? throw new InvalidOperationException("no account");
        return new(bench, oneTime);
    }

    /// <summary>A browser: cookies kept, redirects not followed.</summary>
    public Browser Open(string language = "en") => new(Bench.Address, language);

    /// <summary>A browser that is logged in with an own password.</summary>
    public async Task<Browser> LogInAsync(string language = "en")
    {
        await Bench.Get<IAccountStore>().SetPasswordAsync("hr", Hashed, mustChange: false);
        Browser browser = Open(language);
        (await browser.SubmitAsync("/login", new() { ["user"] = "hr", ["password"] = Password })).StatusCode.ShouldBe(HttpStatusCode.Found);
        return browser;
    }

    /// <summary>A browser logged in as an account of these roles and sites, made for it.</summary>
    public async Task<Browser> LogInAsync(string name, IReadOnlyList<string> roles, SiteScope scope)
    {
        await Bench.Get<IAccountStore>().AddAccountAsync(new(name, "none", roles, scope));
        await Bench.Get<IAccountStore>().SetPasswordAsync(name, Hashed, mustChange: false);
        Browser browser = Open();
        (await browser.SubmitAsync("/login", new() { ["user"] = name, ["password"] = Password })).StatusCode.ShouldBe(HttpStatusCode.Found);
        return browser;
    }

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    internal sealed partial class Browser : IDisposable
    {
        private readonly HttpClient _http;

        public Browser(Uri address, string language, bool anyCertificate = false)
        {
            SocketsHttpHandler handler = new() { CookieContainer = Cookies, AllowAutoRedirect = false };
            // The bridge's own authority is not what is tested here.
            if (anyCertificate) handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
            _http = new(handler) { BaseAddress = address };
            _http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        }

        public CookieContainer Cookies { get; } = new();

        public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(path);

        public async Task<string> PageAsync(string path, HttpStatusCode expected = HttpStatusCode.OK)
        {
            using HttpResponseMessage answer = await _http.GetAsync(path);
            string text = await answer.Content.ReadAsStringAsync();
            answer.StatusCode.ShouldBe(expected, $"{path} → {answer.Headers.Location} {text[..Math.Min(400, text.Length)]}");
            return WebUtility.HtmlDecode(text);
        }

        public Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> fields) => _http.PostAsync(path, new FormUrlEncodedContent(fields));

        public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request);

        /// <summary>Fills in a page's form with its hidden fields and posts it to <paramref name="action"/> (by default the page itself).</summary>
        public async Task<HttpResponseMessage> SubmitAsync(string page, Dictionary<string, string> fields, string? action = null)
        {
            string html = await _http.GetStringAsync(page);
            foreach (Match input in Hidden().Matches(html))
            {
                Match name = Name().Match(input.Value), value = Value().Match(input.Value);
                fields.TryAdd(name.Groups[1].Value, WebUtility.HtmlDecode(value.Groups[1].Value));
            }

            return await PostAsync(action ?? page, fields);
        }

        public void Dispose() => _http.Dispose();

        [GeneratedRegex("<input[^>]*type=\"hidden\"[^>]*>")]
        private static partial Regex Hidden();

        [GeneratedRegex("name=\"([^\"]*)\"")]
        private static partial Regex Name();

        [GeneratedRegex("value=\"([^\"]*)\"")]
        private static partial Regex Value();
    }
}
