using System.Collections.Frozen;

namespace Devices.Bridge.Delivery.DingTalk;

/// <summary>
/// Every code DingTalk documents for the calls we use (server-api-error-codes-1 of 2026-05-06, how-to-process-api-throttling
/// of 2026-05-09, and codes seen live), classified once. Codes are compared as text and the sub_code counts before the
/// errcode, because the old API wraps any code as errcode 88 with the real one in a string.
/// </summary>
public static class ErrorTable
{
    /// <summary>For a code that is not in the table: tried a few times, then shown to a person with the platform's own words.</summary>
    public static ErrorRule Unknown { get; } = new("?", ErrorClass.Transient, "reason.unknown_code", MaxAttempts: 6);

    /// <summary>All rows.</summary>
    public static IReadOnlyList<ErrorRule> Rules { get; } =
    [
        // Busy: the docs say try again.
        new("-1", ErrorClass.Transient, "reason.busy"),
        new("systemBusy", ErrorClass.Throttled, "reason.throttled", Wait: 1),

        // Per-second limits: one second, then on.
        new("90018", ErrorClass.Throttled, "reason.throttled", Wait: 1),
        new("90002", ErrorClass.Throttled, "reason.throttled", Wait: 1),
        new("Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", ErrorClass.Throttled, "reason.throttled", Wait: 1),
        new("Forbidden.AccessDenied.QpsLimitForApi", ErrorClass.Throttled, "reason.throttled", Wait: 1),
        new("Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", ErrorClass.Throttled, "reason.throttled", Wait: 60),
        new("Forbidden.AccessDenied.QpmLimitForApi", ErrorClass.Throttled, "reason.throttled", Wait: 60),

        // Suspended for longer.
        new("90001", ErrorClass.Throttled, "reason.suspended", Wait: 300),
        .. Enumerable.Range(90003, 12).Select(code => new ErrorRule(Text(code), ErrorClass.Throttled, "reason.suspended", Wait: 300)),

        // The month.
        new("90020", ErrorClass.Budget, "reason.month_used_up"),
        new("Forbidden.AccessDenied.ApiCountLimitForOrg", ErrorClass.Budget, "reason.month_used_up"),

        // The egress address.
        new("1111", ErrorClass.IpBan, "reason.ip_ban", Wait: 300),
        new("html", ErrorClass.IpBan, "reason.ip_ban", Wait: 300),

        // The token.
        new("40014", ErrorClass.Token, "reason.token"),
        new("42001", ErrorClass.Token, "reason.token"),
        new("40001", ErrorClass.Token, "reason.token"),
        new("41001", ErrorClass.Token, "reason.token"),
        new("88/40000", ErrorClass.Token, "reason.token"),
        new("88", ErrorClass.Token, "reason.token"),
        new("InvalidAuthentication", ErrorClass.Token, "reason.token"),
        new("AuthenticationFailed.MissingParameter", ErrorClass.Token, "reason.token"),
        new("Unauthorized", ErrorClass.Token, "reason.token"),
        new("http:401", ErrorClass.Token, "reason.token"),

        // Somebody has to change a setting.
        new("60011", ErrorClass.Configuration, "reason.no_permission"),
        new("AccessTokenPermissionDenied", ErrorClass.Configuration, "reason.no_permission"),
        new("Forbidden.AccessDenied.AccessTokenPermissionDenied", ErrorClass.Configuration, "reason.no_permission"),
        new("43007", ErrorClass.Configuration, "reason.no_permission"),
        new("60020", ErrorClass.Configuration, "reason.ip_not_allowed"),
        new("IpNotInWhiteList", ErrorClass.Configuration, "reason.ip_not_allowed"),
        new("Forbidden.AccessDenied.IpNotInWhiteList", ErrorClass.Configuration, "reason.ip_not_allowed"),
        new("40078", ErrorClass.Configuration, "reason.credentials"),
        new("40089", ErrorClass.Configuration, "reason.credentials"),
        new("40096", ErrorClass.Configuration, "reason.credentials"),
        new("invalidClientIdOrSecret", ErrorClass.Configuration, "reason.credentials"),
        new("invalid.client", ErrorClass.Configuration, "reason.credentials"),
        new("unauthorized.client", ErrorClass.Configuration, "reason.credentials"),
        new("invalidSuiteKey", ErrorClass.Configuration, "reason.credentials"),
        new("unsupported.grant.type", ErrorClass.Configuration, "reason.wrong_address"),
        new("noAuthority", ErrorClass.Configuration, "reason.no_permission"),
        new("50003", ErrorClass.Configuration, "reason.app_stopped"),
        new("50005", ErrorClass.Configuration, "reason.corp_disabled"),
        new("48002", ErrorClass.Configuration, "reason.api_disabled"),
        new("22", ErrorClass.Configuration, "reason.wrong_address"),
        new("404", ErrorClass.Configuration, "reason.wrong_address"),
        new("http:404", ErrorClass.Configuration, "reason.wrong_address"),
        new("http:405", ErrorClass.Configuration, "reason.wrong_address"),
        new("http:403", ErrorClass.Configuration, "reason.no_permission"),

        // This record.
        new("33012", ErrorClass.PermanentForRecord, "reason.no_such_person"),
        new("40003", ErrorClass.PermanentForRecord, "reason.no_such_person"),
        new("60121", ErrorClass.PermanentForRecord, "reason.no_such_person"),
        new("46004", ErrorClass.PermanentForRecord, "reason.no_such_person"),
        new("userNotInOrg", ErrorClass.PermanentForRecord, "reason.no_such_person"),
        new("50002", ErrorClass.PermanentForRecord, "reason.outside_scope"),
        new("40035", ErrorClass.PermanentForRecord, "reason.bad_value"),
        new("400002", ErrorClass.PermanentForRecord, "reason.bad_value"),
        new("40000", ErrorClass.PermanentForRecord, "reason.bad_value"),
        new("41100", ErrorClass.PermanentForRecord, "reason.bad_value"),
        new("41041", ErrorClass.PermanentForRecord, "reason.bad_value"),
        new("850015", ErrorClass.PermanentForRecord, "reason.bad_value"),
        new("60003", ErrorClass.PermanentForRecord, "reason.bad_value"),
        new("invalidParameter", ErrorClass.PermanentForRecord, "reason.bad_value"),
        new("paramIllegal", ErrorClass.PermanentForRecord, "reason.bad_value"),
        new("deviceNotExist", ErrorClass.PermanentForRecord, "reason.bad_value"),

        // The server broke while it had the call.
        new("systemError", ErrorClass.Ambiguous, "reason.server_error"),
        new("unknownError", ErrorClass.Ambiguous, "reason.server_error"),
        new("server.error", ErrorClass.Ambiguous, "reason.server_error"),
        new("http:500", ErrorClass.Ambiguous, "reason.server_error"),
        new("http:502", ErrorClass.Ambiguous, "reason.server_error"),
        new("http:503", ErrorClass.Ambiguous, "reason.server_error"),
        new("http:504", ErrorClass.Ambiguous, "reason.server_error"),
        new("http:429", ErrorClass.Throttled, "reason.throttled", Wait: 1),
    ];

    private static readonly FrozenDictionary<string, ErrorRule> ByCode = Rules.ToFrozenDictionary(r => r.Code, StringComparer.OrdinalIgnoreCase);

    /// <summary>The rule for an error: <c>88/sub_code</c>, then sub_code, then code, then the HTTP status; else <see cref="Unknown"/>.</summary>
    public static ErrorRule Classify(PlatformError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        string? sub = string.IsNullOrWhiteSpace(error.SubCode) ? null : error.SubCode.Trim();
        if (sub is not null)
        {
            return Find($"{error.Code}/{sub}") ?? Find(sub) ?? Unknown;
        }

        // A server error counts before its code: whatever it says, it had the call in its hands.
        return Find(error.Code) ?? (error.Status is >= 400 and not 400 ? Find($"http:{Text(error.Status)}") : null)
            ?? (error.Status >= 500 ? new ErrorRule("http:5xx", ErrorClass.Ambiguous, "reason.server_error") : Unknown);
    }

    private static ErrorRule? Find(string? code) => code is not null && ByCode.TryGetValue(code, out ErrorRule? rule) ? rule : null;

    private static string Text(int code) => code.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
