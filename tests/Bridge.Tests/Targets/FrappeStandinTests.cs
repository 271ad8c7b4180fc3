using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Devices.Standins.Frappe;

namespace Devices.Bridge.Tests.Targets;

/// <summary>The stand-in answers as Frappe's documents and sources say: what the product is tested against must not be its own idea.</summary>
public sealed class FrappeStandinTests : IAsyncLifetime
{
    private FrappeStandin _frappe = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _frappe = await FrappeStandin.StartAsync();
        _frappe.Site.Add([.. Enumerable.Range(1, 25).Select(i => new Employee($"HR-EMP-{i:00000}", $"Person {i}", $"id{i}"))]);
        _http = new() { BaseAddress = _frappe.Address };
        _http.DefaultRequestHeaders.Authorization = new("token", "standinkey:standinsecret");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _frappe.DisposeAsync();
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> AskAsync(string query)
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(query, UriKind.Relative), TestContext.Current.CancellationToken);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> MakeAsync(object log)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync("/api/resource/Employee Checkin", log, TestContext.Current.CancellationToken);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }

    [Fact]
    public async Task A_listing_gives_names_twenty_at_a_time_and_the_asked_fields_of_what_a_filter_holds()
    {
        var (status, body) = await AskAsync("/api/resource/Employee");
        status.ShouldBe(HttpStatusCode.OK);
        body["data"]!.AsArray().Count.ShouldBe(20);
        body["data"]![0]!.ToJsonString().ShouldBe("""{"name":"HR-EMP-00001"}""");
        (await AskAsync("/api/resource/Employee?limit_page_length=100")).Body["data"]!.AsArray().Count.ShouldBe(25);
        (await AskAsync("""/api/resource/Employee?fields=["name","status"]&filters=[["Employee","attendance_device_id","=","ID7 "]]""")).Body["data"]!.ToJsonString()
            .ShouldBe("""[{"name":"HR-EMP-00007","status":"Active"}]""", "MariaDB compares without case and trailing spaces");
        var (bad, refusal) = await AskAsync("""/api/resource/Employee?filters=[["badge","=","1"]]""");
        ((int)bad).ShouldBe(417);
        refusal["exc_type"]!.GetValue<string>().ShouldBe("DataError");
    }

    [Fact]
    public async Task A_log_is_made_once_a_second_and_a_refusal_is_json_inside_json_inside_json()
    {
        var (status, made) = await MakeAsync(new { employee = "HR-EMP-00001", time = "2026-11-26 08:31:05.900000", device_id = "gate" });
        status.ShouldBe(HttpStatusCode.OK);
        made["data"]!["name"]!.GetValue<string>().ShouldStartWith("EMP-CKIN-11-2026-");
        made["data"]!["time"]!.GetValue<string>().ShouldBe("2026-11-26 08:31:05");
        var (again, refusal) = await MakeAsync(new { employee = "HR-EMP-00001", time = "2026-11-26 08:31:05", device_id = "other" });
        ((int)again).ShouldBe(417);
        refusal["exc_type"]!.GetValue<string>().ShouldBe("ValidationError");
        JsonNode message = JsonNode.Parse(JsonNode.Parse(refusal["_server_messages"]!.GetValue<string>())![0]!.GetValue<string>())!;
        message["message"]!.GetValue<string>().ShouldStartWith("This employee already has a log with the same timestamp.<Br><a href=");
        JsonNode.Parse(refusal["exc"]!.GetValue<string>())![0]!.GetValue<string>().ShouldStartWith("Traceback (most recent call last)");
        (await MakeAsync(new { employee = "HR-EMP-00001", time = "2026-11-26 08:31:05", log_type = "IN" })).Status.ShouldBe(HttpStatusCode.OK, "another type is no duplicate since version 15");
        (await MakeAsync(new { employee = "HR-EMP-00001" })).Body["exc_type"]!.GetValue<string>().ShouldBe("MandatoryError");
        (await MakeAsync(new { employee = "nobody", time = "2026-11-26 08:31:05" })).Body["exc_type"]!.GetValue<string>().ShouldBe("LinkValidationError");
        (await MakeAsync(new { employee = "HR-EMP-00001", time = "2026-11-26T08:31:05Z" })).Body["exc_type"]!.GetValue<string>().ShouldBe("ValidationError");
    }

    [Fact]
    public async Task Without_a_token_it_is_forbidden_with_a_wrong_one_unauthorised_and_without_the_doctype_not_found()
    {
        _http.DefaultRequestHeaders.Authorization = null;
        (await AskAsync("/api/resource/Employee")).Status.ShouldBe(HttpStatusCode.Forbidden);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("token", "standinkey:wrong");
        (await AskAsync("/api/resource/Employee")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("token", "standinkey:standinsecret");
        var (status, body) = await AskAsync("/api/resource/Timesheet");
        (status, body["exc_type"]!.GetValue<string>()).ShouldBe((HttpStatusCode.NotFound, "DoesNotExistError"));
    }
}
