using System.Globalization;
using System.Net;
using System.Resources;
using System.Text.RegularExpressions;
using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Web;

namespace Devices.Bridge.Tests.Delivery;

public sealed class ErrorTableTests
{
    /// <summary>
    /// Every code that sections 1, 2 and 6 of the collected API facts name, with what it means for a client and the sentence HR reads.
    /// A bare status is <c>http:NNN</c>, <c>html</c> a page instead of JSON, <c>88/NNN</c> a code that means something else inside 88.
    /// </summary>
    public static readonly string[] Documented =
    [
        // 1. Auth: token calls of both APIs, token errors of every call, live probes.
        "invalidClientIdOrSecret Configuration credentials", "invalid.client Configuration credentials", "unsupported.grant.type Configuration wrong_address",
        "unauthorized.client Configuration credentials", "server.error Ambiguous server_error", "40001 Token token", "40089 Configuration credentials",
        "40014 Token token", "41001 Token token", "42001 Token token", "43007 Configuration no_permission", "40078 Configuration credentials", "88 Token token",
        "InvalidAuthentication Token token", "Unauthorized Token token", "http:401 Token token", "40096 Configuration credentials", "40035 PermanentForRecord bad_value",
        "88/40014 Token token", "88/42001 Token token", "88/40001 Token token", "88/40000 Token token", "AuthenticationFailed.MissingParameter Token token",
        "unknownError Ambiguous server_error", "22 Configuration wrong_address", "404 Configuration wrong_address", "invalidSuiteKey Configuration credentials",
        "60011 Configuration no_permission", "88/60011 Configuration no_permission",
        // 2. Attendance and smart devices.
        "41041 PermanentForRecord bad_value", "41100 PermanentForRecord bad_value", "invalidParameter PermanentForRecord bad_value", "systemError Ambiguous server_error",
        "paramIllegal PermanentForRecord bad_value", "noAuthority Configuration no_permission", "userNotInOrg PermanentForRecord no_such_person", "deviceNotExist PermanentForRecord bad_value",
        // 6. Limits and codes.
        "90018 Throttled throttled", "88/90018 Throttled throttled", "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi Throttled throttled",
        "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi Throttled throttled", "90002 Throttled throttled", "88/90002 Throttled throttled",
        "Forbidden.AccessDenied.QpsLimitForApi Throttled throttled", "Forbidden.AccessDenied.QpmLimitForApi Throttled throttled", "html IpBan ip_ban", "1111 IpBan ip_ban",
        "90020 Budget month_used_up", "88/90020 Budget month_used_up", "Forbidden.AccessDenied.ApiCountLimitForOrg Budget month_used_up", "-1 Transient busy",
        "90001 Throttled suspended", "90003 Throttled suspended", "90004 Throttled suspended", "90005 Throttled suspended", "90006 Throttled suspended", "90007 Throttled suspended",
        "90008 Throttled suspended", "90009 Throttled suspended", "90010 Throttled suspended", "90011 Throttled suspended", "90012 Throttled suspended", "90013 Throttled suspended",
        "90014 Throttled suspended", "http:429 Throttled throttled", "systemBusy Throttled throttled", "http:500 Ambiguous server_error", "http:502 Ambiguous server_error",
        "http:503 Ambiguous server_error", "http:504 Ambiguous server_error", "AccessTokenPermissionDenied Configuration no_permission",
        "Forbidden.AccessDenied.AccessTokenPermissionDenied Configuration no_permission", "60020 Configuration ip_not_allowed", "IpNotInWhiteList Configuration ip_not_allowed",
        "Forbidden.AccessDenied.IpNotInWhiteList Configuration ip_not_allowed", "50003 Configuration app_stopped", "50005 Configuration corp_disabled", "48002 Configuration api_disabled",
        "33012 PermanentForRecord no_such_person", "40003 PermanentForRecord no_such_person", "60121 PermanentForRecord no_such_person", "46004 PermanentForRecord no_such_person",
        "50002 PermanentForRecord outside_scope", "400002 PermanentForRecord bad_value", "40000 PermanentForRecord bad_value", "850015 PermanentForRecord bad_value",
    ];

    public static TheoryData<string, ErrorClass, string> Rows()
    {
        TheoryData<string, ErrorClass, string> rows = [];
        foreach (string[] row in Documented.Select(d => d.Split(' '))) rows.Add(row[0], Enum.Parse<ErrorClass>(row[1]), $"reason.{row[2]}");
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_documented_code_has_its_class_and_a_sentence_for_HR_in_both_languages(string code, ErrorClass expected, string reason)
    {
        string[] parts = code.Split('/');
        PlatformError error = code.StartsWith("http:", StringComparison.Ordinal)
            ? new(null, null, null, int.Parse(code[5..], CultureInfo.InvariantCulture))
            : parts.Length == 2 ? new(parts[0], parts[1], null, 200) : new(code, null, null, 200);

        ErrorRule rule = ErrorTable.Classify(error);

        (rule.Class, rule.Reason).ShouldBe((expected, reason));
        rule.Code.ShouldNotBe(ErrorTable.Unknown.Code);
        foreach (string culture in (string[])["", "zh-Hans"])
            new ResourceManager(typeof(Texts)).GetString(reason, CultureInfo.GetCultureInfo(culture)).ShouldNotBeNullOrWhiteSpace();
        // The old API wraps any code of its own as 88 with the real one in a string.
        if (parts.Length == 1 && code is not ("40000" or "88") && int.TryParse(code, CultureInfo.InvariantCulture, out _)) ErrorTable.Classify(new("88", code, null, 200)).Class.ShouldBe(expected);
    }

    [Fact]
    public void The_list_holds_every_code_of_the_collected_facts_where_they_are_at_hand()
    {
        string file = Path.Combine(Checkout.Root, "..", "shared", "dingtalk-api.md");
        if (!File.Exists(file)) Assert.Skip("The collected API facts (../shared/dingtalk-api.md) are not beside this repository.");
        string text = File.ReadAllText(file);
        string sections = string.Concat(((string[])["## 1. ", "## 2. ", "## 6. "]).Select(h =>
        {
            int start = text.IndexOf(h, StringComparison.Ordinal), end = text.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
            return text[start..end];
        }));
        HashSet<string> listed = [.. Documented.Select(d => d.Split(' ')[0]).SelectMany(c => (string[])[c, c.Split('/')[^1]])];

        IEnumerable<string> numbers = Regex.Matches(sections, @"(?<![\d,.-])(?:33012|4[0-9]{4}|46004|48002|5000[0-9]|60[0-9]{3}|400002|850015|900[0-9]{2})(?![\d,])").Select(m => m.Value);
        IEnumerable<string> names = Regex.Matches(sections, @"(?:Forbidden|AuthenticationFailed)\.[A-Za-z.]*[A-Za-z]|\b(?:invalid|unsupported|unauthorized|server)\.[a-z.]*[a-z]|\b(?:InvalidAuthentication|IpNotInWhiteList|AccessTokenPermissionDenied|invalid[A-Z]\w+|system[A-Z]\w+|unknownError|paramIllegal|noAuthority|userNotInOrg|deviceNotExist)\b").Select(m => m.Value);

        // Not errors: fields of an answer, the milliseconds of a minute.
        numbers.Concat(names).Distinct().Except(["invalidRecordType", "invalidRecordMsg", "60000"]).Where(c => !listed.Contains(c)).ShouldBeEmpty();
    }

    [Fact]
    public void A_blank_token_wrapped_in_88_is_a_token_error_although_its_number_is_a_bad_parameter() =>
        ErrorTable.Classify(new("88", "40000", "access_token is blank", 200)).Class.ShouldBe(ErrorClass.Token);

    [Fact]
    public void No_code_stands_twice_in_the_table() =>
        ErrorTable.Rules.GroupBy(r => r.Code, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).ShouldBeEmpty();

    [Theory]
    [InlineData(500, "<html><body><h1>500</h1></body></html>", ErrorClass.Ambiguous)]
    [InlineData(502, "", ErrorClass.Ambiguous)]
    [InlineData(503, """{"code":"systemError","message":"m"}""", ErrorClass.Ambiguous)]
    [InlineData(505, """{"code":"somethingNew","message":"m"}""", ErrorClass.Ambiguous)]
    [InlineData(200, "<!DOCTYPE html><html><h1>blocked</h1></html>", ErrorClass.IpBan)]
    [InlineData(405, "<!DOCTYPE html><html><h1>blocked</h1></html>", ErrorClass.IpBan)]
    [InlineData(200, """{"status":1111,"wait":5,"source":"x5","punish":"deny"}""", ErrorClass.IpBan)]
    [InlineData(200, """{"errcode":88,"sub_code":"90018","errmsg":"e"}""", ErrorClass.Throttled)]
    [InlineData(200, """{"errcode":"40014","errmsg":"code as text"}""", ErrorClass.Token)]
    [InlineData(400, """{"code":"InvalidAuthentication","message":"m"}""", ErrorClass.Token)]
    [InlineData(401, """{"code":"Unauthorized","message":"m"}""", ErrorClass.Token)]
    [InlineData(403, """{"code":"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi","message":"m"}""", ErrorClass.Throttled)]
    [InlineData(403, """{"code":"Forbidden.AccessDenied.ApiCountLimitForOrg","message":"m"}""", ErrorClass.Budget)]
    [InlineData(429, """{"code":"systemBusy","message":"m"}""", ErrorClass.Throttled)]
    [InlineData(404, "not found", ErrorClass.Configuration)]
    [InlineData(200, """{"errcode":123456,"errmsg":"new"}""", ErrorClass.Transient)]
    [InlineData(200, """{"errcode":0,"success":false}""", ErrorClass.Transient)]
    public void An_answer_is_judged_by_its_body_and_never_by_its_status_alone(int status, string body, ErrorClass expected)
    {
        var (json, error) = AnswerReader.Read((HttpStatusCode)status, body);

        json.ShouldBeNull();
        ErrorTable.Classify(error!).Class.ShouldBe(expected);
    }

    [Fact]
    public void An_undocumented_code_is_given_up_after_some_attempts_and_not_at_once() => ErrorTable.Unknown.MaxAttempts.ShouldBe(6);
}
