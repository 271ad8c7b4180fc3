using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>
/// Everything about the stand-in's behaviour that a test may choose. In JSON the names are snake_case and the
/// choices kebab-case (<c>{"duplicates":"silent-drop"}</c>). Defaults are what the platform documents; where it
/// documents nothing, the mildest reading, and a test has to ask for the others.
/// </summary>
public sealed record StandinSettings
{
    /// <summary>Client ID of the one in-house app.</summary>
    public string AppKey { get; init; } = "dingstandinkey";

    /// <summary>Client secret of the app.</summary>
    public string AppSecret { get; init; } = "dingstandinsecret";

    /// <summary>The organisation.</summary>
    public string CorpId { get; init; } = "dingstandincorp";

    /// <summary>access_token of the group robot.</summary>
    public string RobotToken { get; init; } = "standinrobot";

    /// <summary>Signing secret of the group robot.</summary>
    public string RobotSecret { get; init; } = "SECstandinrobot";

    /// <summary>agent_id of the app, for work notifications.</summary>
    public long AgentId { get; init; } = 1001;

    /// <summary>Recipients of work notifications a minute; those beyond get nothing, and the result says so (143104).</summary>
    public int NoticeRecipientsPerMinute { get; init; } = 5000;

    /// <summary>Seconds until the result of a work notification says who got it.</summary>
    public double NoticeLagSeconds { get; init; }

    /// <summary>Validity of an access token in seconds (7200 in the real cloud).</summary>
    public int TokenSeconds { get; init; } = 7200;

    /// <summary>Whether a token of either token call is taken by both hosts (seen to work, not documented).</summary>
    public bool TokensServeBothHosts { get; init; } = true;

    /// <summary>Code for an expired token: "40014" (expected) or "42001" (listed).</summary>
    public string ExpiredTokenCode { get; init; } = "40014";

    /// <summary>Shape of token errors of the old API; wrapped is what was seen live.</summary>
    public ErrorShape TokenErrors { get; init; } = ErrorShape.Wrapped;

    /// <summary>Calls a second for each API of the app (20 for the standard edition).</summary>
    public int CallsPerSecond { get; init; } = 20;

    /// <summary>Shape of the throttling error; both were seen in the wild.</summary>
    public ErrorShape ThrottleErrors { get; init; } = ErrorShape.Plain;

    /// <summary>Metered calls a calendar month (5,000 for the standard edition since 2025-11-19).</summary>
    public int MonthlyCalls { get; init; } = 5000;

    /// <summary>Code for a missing or unusable parameter (40035, 400002 or 40000).</summary>
    public int BadParameterCode { get; init; } = 400002;

    /// <summary>Section 9 (a): an exact duplicate.</summary>
    public DuplicatePolicy Duplicates { get; init; } = DuplicatePolicy.SecondRow;

    /// <summary>errcode for a duplicate when <see cref="Duplicates"/> is <c>error</c>.</summary>
    public int DuplicateCode { get; init; } = 400002;

    /// <summary>Section 9 (b): a person outside every attendance group (<c>"attendance_group": false</c> in the people file).</summary>
    public UploadPolicy NoGroup { get; init; } = UploadPolicy.Record;

    /// <summary>errcode for a person outside every group when <see cref="NoGroup"/> is <c>error</c>.</summary>
    public int NoGroupCode { get; init; } = 400002;

    /// <summary>Section 9 (c): a userid nobody has.</summary>
    public UploadPolicy UnknownUser { get; init; } = UploadPolicy.Error;

    /// <summary>Section 9 (c): 33012, 60121 or 400002.</summary>
    public int UnknownUserCode { get; init; } = 33012;

    /// <summary>Section 9 (d): a time in the future (more than five minutes).</summary>
    public UploadPolicy Future { get; init; } = UploadPolicy.Record;

    /// <summary>Section 9 (d): a time more than 180 days ago.</summary>
    public UploadPolicy TooOld { get; init; } = UploadPolicy.Error;

    /// <summary>Section 9 (g): a punch that comes after its "not signed" row was generated.</summary>
    public LateResults LateResults { get; init; } = LateResults.Rewritten;

    /// <summary>Section 9 (g): the last day of the sealed period, <c>yyyy-MM-dd</c>; empty where none is. Its results never change.</summary>
    public string SealedThrough { get; init; } = "";

    /// <summary>Section 9 (g): an upload into the sealed period.</summary>
    public UploadPolicy Sealed { get; init; } = UploadPolicy.Record;

    /// <summary>errcode for an upload into the sealed period when <see cref="Sealed"/> is <c>error</c>; no code is documented.</summary>
    public int SealedCode { get; init; } = 400002;

    /// <summary>Section 9 (e): sourceType of an uploaded punch in the record list.</summary>
    public string SourceType { get; init; } = "ATM";

    /// <summary>Section 9 (e): whether the record list shows the uploaded device_id as deviceId.</summary>
    public bool ShowDeviceId { get; init; }

    /// <summary>How exactly the record list shows userCheckTime.</summary>
    public TimePrecision TimePrecision { get; init; } = TimePrecision.Millisecond;

    /// <summary>The field table says String where the sample shows numbers; true writes strings.</summary>
    public bool NumbersAsStrings { get; init; }

    /// <summary>Seconds until an accepted punch shows in the record list.</summary>
    public double SyncLagSeconds { get; init; }

    /// <summary>Section 9 (h): UTC offset, in hours, of the record list's wall-clock strings and of the meter's month.</summary>
    public int UtcOffsetHours { get; init; } = 8;

    /// <summary>Where events are pushed; empty: they go out by Stream.</summary>
    public string CallbackUrl { get; init; } = "";

    /// <summary>Token of the push.</summary>
    public string CallbackToken { get; init; } = "standintoken";

    /// <summary>Key of the push, 43 letters and digits.</summary>
    public string CallbackAesKey { get; init; } = "1234567890123456789012345678901234567890123";

    /// <summary>Owner key of the push: the app's key, or the corpId of an old registration.</summary>
    public string CallbackOwner { get; init; } = "dingstandinkey";

    /// <summary>Seconds until an unconfirmed event comes again by Stream (60); a push after a sixth, then after a half of it (10, 30).</summary>
    public double EventRetrySeconds { get; init; } = 60;

    /// <summary>Seconds between the gateway's SYSTEM pings.</summary>
    public double StreamPingSeconds { get; init; } = 20;

    /// <summary>Seconds from the disconnect frame to the end of the connection.</summary>
    public double StreamDrainSeconds { get; init; } = 10;

    /// <summary>Which of several connections gets a frame: not documented.</summary>
    public Events.StreamRouting StreamRouting { get; init; }

    /// <summary>Whether a change of the people by the controls raises the contacts events.</summary>
    public bool PeopleEvents { get; init; }

    /// <summary>Section 9 (f): whether an uploaded punch comes back as attendance_check_record.</summary>
    public bool UploadsRaiseEvents { get; init; }

    /// <summary>Whether a moment lies in the sealed period.</summary>
    internal bool IsSealed(long time) => SealedThrough.Length > 0
        && DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(time).ToOffset(Offset).DateTime) <= DateOnly.ParseExact(SealedThrough, "yyyy-MM-dd");

    /// <summary>The offset as a time span.</summary>
    internal TimeSpan Offset => TimeSpan.FromHours(UtcOffsetHours);

    /// <summary>These settings with the given ones changed.</summary>
    /// <exception cref="BadInputException">An unknown name or an unusable value; the message names it.</exception>
    public StandinSettings With(JsonObject changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var merged = Json.Write(this).AsObject();
        foreach (var (name, value) in changes)
        {
            if (!merged.ContainsKey(name))
            {
                throw new BadInputException($"There is no setting '{name}'; the settings are {string.Join(", ", merged.Select(p => p.Key))}.");
            }

            merged[name] = value?.DeepClone();
        }

        var settings = Json.Read<StandinSettings>(merged, "the settings");
        settings.Validate();
        return settings;
    }

    /// <summary>Refuses values that cannot work.</summary>
    /// <exception cref="BadInputException">The message names the setting and what it may be.</exception>
    public void Validate()
    {
        Require(!string.IsNullOrWhiteSpace(AppKey), "app_key must not be empty");
        Require(!string.IsNullOrWhiteSpace(AppSecret), "app_secret must not be empty");
        Require(!string.IsNullOrWhiteSpace(CorpId), "corp_id must not be empty");
        Require(TokenSeconds > 0, "token_seconds must be 1 or more");
        Require(CallsPerSecond > 0, "calls_per_second must be 1 or more");
        Require(MonthlyCalls >= 0, "monthly_calls must be 0 or more");
        Require(SyncLagSeconds >= 0, "sync_lag_seconds must be 0 or more");
        Require(ExpiredTokenCode is "40014" or "42001", "expired_token_code must be \"40014\" or \"42001\"");
        Require(UnknownUserCode is 33012 or 60121 or 400002, "unknown_user_code must be 33012, 60121 or 400002");
        Require(EventRetrySeconds > 0, "event_retry_seconds must be above 0");
        Require(StreamPingSeconds > 0, "stream_ping_seconds must be above 0");
        Require(StreamDrainSeconds >= 0, "stream_drain_seconds must be 0 or more");
        Require(CallbackAesKey.Length == 43 && CallbackAesKey.All(char.IsAsciiLetterOrDigit), "callback_aes_key must be 43 letters and digits");
        Require(SealedThrough.Length == 0 || DateOnly.TryParseExact(SealedThrough, "yyyy-MM-dd", out _), "sealed_through must be a day such as 2026-08-31, or empty");
        Require(UtcOffsetHours is >= -12 and <= 14, "utc_offset_hours must be from -12 to 14");
    }

    private static void Require(bool holds, string sentence)
    {
        if (!holds)
        {
            throw new BadInputException($"Unusable setting: {sentence}.");
        }
    }
}
