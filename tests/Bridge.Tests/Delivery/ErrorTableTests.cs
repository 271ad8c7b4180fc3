using System.Net;
using Devices.Bridge.Delivery.DingTalk;

namespace Devices.Bridge.Tests.Delivery;

public sealed class ErrorTableTests
{
    [Theory]
    // The documented list (dingtalk-api section 6.2), old and new API.
    [InlineData("-1", ErrorClass.Transient)]
    [InlineData("90018", ErrorClass.Throttled)]
    [InlineData("90002", ErrorClass.Throttled)]
    [InlineData("90001", ErrorClass.Throttled)]
    [InlineData("90003", ErrorClass.Throttled)]
    [InlineData("90014", ErrorClass.Throttled)]
    [InlineData("90020", ErrorClass.Budget)]
    [InlineData("40014", ErrorClass.Token)]
    [InlineData("42001", ErrorClass.Token)]
    [InlineData("40001", ErrorClass.Token)]
    [InlineData("41001", ErrorClass.Token)]
    [InlineData("InvalidAuthentication", ErrorClass.Token)]
    [InlineData("60011", ErrorClass.Configuration)]
    [InlineData("AccessTokenPermissionDenied", ErrorClass.Configuration)]
    [InlineData("60020", ErrorClass.Configuration)]
    [InlineData("IpNotInWhiteList", ErrorClass.Configuration)]
    [InlineData("40089", ErrorClass.Configuration)]
    [InlineData("40096", ErrorClass.Configuration)]
    [InlineData("40078", ErrorClass.Configuration)]
    [InlineData("43007", ErrorClass.Configuration)]
    [InlineData("invalidClientIdOrSecret", ErrorClass.Configuration)]
    [InlineData("50003", ErrorClass.Configuration)]
    [InlineData("50005", ErrorClass.Configuration)]
    [InlineData("48002", ErrorClass.Configuration)]
    [InlineData("22", ErrorClass.Configuration)]
    [InlineData("33012", ErrorClass.PermanentForRecord)]
    [InlineData("40003", ErrorClass.PermanentForRecord)]
    [InlineData("60121", ErrorClass.PermanentForRecord)]
    [InlineData("46004", ErrorClass.PermanentForRecord)]
    [InlineData("50002", ErrorClass.PermanentForRecord)]
    [InlineData("40035", ErrorClass.PermanentForRecord)]
    [InlineData("400002", ErrorClass.PermanentForRecord)]
    [InlineData("40000", ErrorClass.PermanentForRecord)]
    [InlineData("41100", ErrorClass.PermanentForRecord)]
    [InlineData("41041", ErrorClass.PermanentForRecord)]
    [InlineData("850015", ErrorClass.PermanentForRecord)]
    public void A_documented_code_is_classified_alike_plain_and_wrapped_in_88(string code, ErrorClass expected)
    {
        ErrorTable.Classify(new(code, null, null, 200)).Class.ShouldBe(expected);
        if (code != "40000") ErrorTable.Classify(new("88", code, null, 200)).Class.ShouldBe(expected);
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
