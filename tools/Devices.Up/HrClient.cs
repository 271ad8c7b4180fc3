using System.Net;
using System.Text.RegularExpressions;

namespace Devices.Up;

/// <summary>One row of the HR page, read from the page's own markup.</summary>
internal sealed record HrRow(string Punch, string Person, long At, string State);

/// <summary>HR's page as a browser without JavaScript uses it: forms, cookies, links.</summary>
internal sealed partial class HrClient : IDisposable
{
    private readonly HttpClient _http;

    public HrClient(Uri address) => _http = new(new SocketsHttpHandler { CookieContainer = new(), AllowAutoRedirect = true }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>Logs in with the one-time password and, as the page demands, sets a new one.</summary>
    public async Task LogIn(string user, string oneTimePassword, string newPassword, CancellationToken stop)
    {
        string page = await Submit("/login", new() { ["user"] = user, ["password"] = oneTimePassword }, stop).ConfigureAwait(false);
        if (page.Contains("name=\"new\"", StringComparison.Ordinal) || page.Contains("/account/password", StringComparison.Ordinal))
            page = await Submit("/account/password", new() { ["current"] = oneTimePassword, ["new"] = newPassword, ["repeat"] = newPassword }, stop).ConfigureAwait(false);
        using HttpResponseMessage punches = await _http.GetAsync("/punches", stop).ConfigureAwait(false);
        if (punches.StatusCode != HttpStatusCode.OK || punches.RequestMessage?.RequestUri?.AbsolutePath != "/punches")
            throw new UpFault("HR's page did not accept the log-in. See the bridge's log.");
    }

    /// <summary>Every row of every page of <c>/punches</c>.</summary>
    public async Task<IReadOnlyList<HrRow>> Rows(CancellationToken stop)
    {
        var rows = new List<HrRow>();
        for (string? address = "/punches"; address is not null;)
        {
            string html = await _http.GetStringAsync(address, stop).ConfigureAwait(false);
            foreach (Match row in RowTag().Matches(html))
            {
                Dictionary<string, string> data = DataAttribute().Matches(row.Value).ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value), StringComparer.Ordinal);
                if (!data.TryGetValue("punch", out string? punch)) continue;
                rows.Add(new(punch, data["person"], long.Parse(data["at"], System.Globalization.CultureInfo.InvariantCulture), data["state"]));
            }

            address = NextPage().Match(html) is { Success: true } next ? WebUtility.HtmlDecode(next.Groups[1].Value) : null;
        }

        return rows;
    }

    /// <summary>A page or an answer of <c>/api/v1</c>, as whoever is logged in gets it.</summary>
    public Task<string> Get(string address, CancellationToken stop) => _http.GetStringAsync(new Uri(address, UriKind.Relative), stop);

    private async Task<string> Submit(string path, Dictionary<string, string> fields, CancellationToken stop)
    {
        string form = await _http.GetStringAsync(path, stop).ConfigureAwait(false);
        foreach (Match hidden in HiddenInput().Matches(form))
        {
            Match name = NameAttribute().Match(hidden.Value), value = ValueAttribute().Match(hidden.Value);
            if (name.Success) fields.TryAdd(name.Groups[1].Value, WebUtility.HtmlDecode(value.Success ? value.Groups[1].Value : ""));
        }
        using var body = new FormUrlEncodedContent(fields);
        using HttpResponseMessage answer = await _http.PostAsync(path, body, stop).ConfigureAwait(false);
        return await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("rel=\"next\" href=\"([^\"]*)\"")]
    private static partial Regex NextPage();

    [GeneratedRegex("<tr[^>]*data-punch=[^>]*>")]
    private static partial Regex RowTag();

    [GeneratedRegex("data-([a-z]+)=\"([^\"]*)\"")]
    private static partial Regex DataAttribute();

    [GeneratedRegex("<input[^>]*type=\"hidden\"[^>]*>")]
    private static partial Regex HiddenInput();

    [GeneratedRegex("name=\"([^\"]*)\"")]
    private static partial Regex NameAttribute();

    [GeneratedRegex("value=\"([^\"]*)\"")]
    private static partial Regex ValueAttribute();
}
