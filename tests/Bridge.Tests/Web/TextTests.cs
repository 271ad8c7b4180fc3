using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Web.Exports;
using Devices.Bridge.Corrections;
using System.Collections;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Store;
using Devices.Bridge.Web;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Web;

/// <summary>No sentence is missing in any language, and none is left over.</summary>
public sealed partial class TextTests
{
    private static readonly ResourceManager Resources = new(typeof(Texts));

    [Fact]
    public void Both_languages_have_the_same_keys_the_same_places_and_no_empty_text()
    {
        IReadOnlyDictionary<string, string> english = Load(""), chinese = Load("zh-Hans");

        chinese.Keys.Order(StringComparer.Ordinal).ShouldBe(english.Keys.Order(StringComparer.Ordinal));
        foreach (var (key, text) in english)
        {
            text.ShouldNotBeNullOrWhiteSpace(key);
            chinese[key].ShouldNotBeNullOrWhiteSpace(key);
            Places().Matches(chinese[key]).Select(m => m.Value).Order(StringComparer.Ordinal).ShouldBe(Places().Matches(text).Select(m => m.Value).Order(StringComparer.Ordinal), key);
        }
    }

    [Fact]
    public void Every_key_that_the_source_names_has_a_text()
    {
        IReadOnlyDictionary<string, string> texts = Load("");
        List<string> missing = [.. Named().Where(k => !texts.ContainsKey(k)).Distinct()];
        missing.ShouldBeEmpty();
    }

    [Fact]
    public void No_text_is_left_that_nothing_names()
    {
        HashSet<string> named = [.. Named(), .. Computed()];
        Load("").Keys.Where(k => !named.Contains(k) && !k.StartsWith("reason.", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_computed_key_has_a_text()
    {
        IReadOnlyDictionary<string, string> texts = Load("");
        Computed().Where(k => !texts.ContainsKey(k)).ShouldBeEmpty();
        ErrorTable.Rules.Select(r => r.Reason).Append(ErrorTable.Unknown.Reason).Distinct().Where(k => !texts.ContainsKey(k)).ShouldBeEmpty();
    }

    // Keys made from enum values and statuses.
    private static IEnumerable<string> Computed() =>
    [
        .. Enum.GetValues<DeliveryState>().SelectMany(s => (string[])[$"state.{Names.Lower(s)}", $"journey.{Names.Lower(s)}"]),
        .. Devices.Bridge.Web.Pages.TerminalList.Kinds.Select(k => $"event.{k}"),
        .. Devices.Bridge.Web.Pages.TerminalPage.Offered.Select(k => $"command.{k}"),
        .. Devices.Bridge.Web.Pages.TerminalPage.ToldWords.Select(w => $"wishes.told_{w}"),
        .. Devices.Bridge.Patrol.PatrolRules.Codes.SelectMany(c => (string[])[$"patrol.{c}.found", $"patrol.{c}.means", $"patrol.{c}.remedy"]), .. Enum.GetValues<PatrolLevel>().Select(l => $"patrol.level_{Names.Lower(l)}"),
        .. Enum.GetValues<CommandState>().Select(s => $"command_state.{Names.Lower(s)}"),
        .. Enum.GetValues<SettingState>().Select(s => $"wishes.setting_{Names.Lower(s)}"),
        .. Enum.GetValues<PunchMethod>().Select(m => $"method.{Names.Lower(m)}"),
        .. Enum.GetValues<PunchDirection>().Select(d => $"direction.{Names.Lower(d)}"),
        .. Enum.GetValues<ClockQuality>().Select(c => $"clock_state.{Names.Lower(c)}"),
        .. AccountRoles.Every.SelectMany(r => (string[])[$"role.{r}", $"role.{r}.text"]),
        .. ((string[])["password", "dingtalk", "oidc"]).Select(m => $"method_in.{m}"), "second.by_totp", "second.by_recovery",
        .. ((string[])["exceptions", "notices", "notice_consents", "wifi", "sealed_records", "corrections", "exports", "departments", "sites", "names"]).Select(d => $"privacy.done_{d}"),
        .. PunchExport.All.Concat(DayExport.All).Concat(MonthExport.All).Select(c => $"col.{c}"),
        .. Enum.GetValues<CorrectionKind>().Select(k => $"correct.kind_{Names.Lower(k)}"), .. Enum.GetValues<CorrectionState>().Select(s => $"correct.state_{Names.Lower(s)}"),
        .. CorrectionReasons.All.Select(r => $"correct.reason_{r}"),
        .. ((string[])["alreadystruck_by", "notstruck_by", "waiting_by", "changed_by", "later_by", "monthclosed", "decided", "own", "unknown", "near"]).Select(o => $"correct.outcome_{o}"),
        .. Enum.GetValues<ExportState>().Select(s => $"exports.state_{Names.Lower(s)}"), .. Enum.GetValues<PunchOrigin>().Select(o => $"exports.origin_{Names.Lower(o)}"),
        .. ((string[])["punches", "days", "month"]).Select(k => $"exports.kind_{k}"), .. Texts.Cultures.Select(c => $"exports.language_{c.Replace('-', '_')}"),
        .. Devices.Bridge.Web.Api.ApiResource.Every.Select(r => $"keys.resource_{r}"), .. Devices.Bridge.Web.Pages.ClaimsPage.WrongWords.Select(w => $"claims.wrong_{w}"), "keys.wrong_name", "keys.wrong_sites", "keys.wrong_until",
        "clock.held", "clock.corrected", "staff.events_none", "staff.events_stream", "staff.events_callback",
        .. ((string[])["fine", "late", "early", "gap", "absent", "held", "extra", "corrected"]).SelectMany(m => (string[])[$"grid.{m}", $"grid.{m}_mark"]),
        .. Devices.Bridge.Attendance.PlanFault.Codes.Select(c => $"planfault.{c}"),
        "conf.from_command", "conf.from_environment", "conf.from_file",
        .. WifiPolicies.All.Select(p => $"phones.policy_{p}"),
        .. Devices.Bridge.Web.Pages.ReleasesPage.ToldWords.Select(w => $"rel.told_{w}"), .. Enum.GetValues<RolloutState>().Select(s => $"rel.state_{Names.Lower(s)}"), .. UpdateStates.All.Select(s => $"rel.step_{s}"), "rel.pause", "rel.resume", "rel.cancel",
        .. Devices.Bridge.Web.Pages.AuditPage.Words.Select(w => $"act.{w}"),
        .. Devices.Bridge.Web.Parts.ExceptionKind.OfPunches.Concat(Devices.Bridge.Web.Parts.ExceptionKind.OfReports.Select(k => k.Key)).SelectMany(k => (string[])[$"kind.{k}", $"kind.{k}_what", $"kind.{k}_means", $"kind.{k}_do"]),
        .. ((string[])["active", "left", "all"]).Select(s => $"person.status_{s}"),
        .. ((string[])["corrections_secondapproval", "corrections_daysback", "corrections_repeatseconds", "retention_punchyears", "retention_eventdays", "retention_exceptiondays", "retention_dryrun", "photos_retentiondays", "privacy_textversion", "exports_keephours"]).Select(r => $"rules.{r}"),
        .. Enum.GetValues<Devices.Bridge.Web.Filters.BoardShow>().Select(b => $"board.show_{Names.Lower(b)}"),
        .. ((string[])["missing", "notdue", "off"]).Select(s => $"standing.{s}"),
        .. ((int[])[400, 403, 404, 413, 429, 500]).SelectMany(s => (string[])[$"error.{s}", $"error.{s}.text"]),
        .. typeof(ProblemCodes).GetFields().Where(f => f.IsLiteral).Select(f => $"reason.{f.GetRawConstantValue()}"),
        "reason.rewound", "reason.restart", "reason.restart-again", "reason.clock-held",
        .. Enum.GetValues<Devices.Bridge.Delivery.CallKind>().Select(k => $"call.{Devices.Bridge.Delivery.CallBudget.Name(k)}"),
        .. ((string[])["all", "first-last", "shift-windows"]).Select(p => $"policy.{p}"),
        .. ((string[])["running", "done", "stopped"]).Select(r => $"run.{r}"),
        .. ((string[])["missing", "repaired", "wrong-time", "wrong-person", "doubled", "refused", "not-counted", "other"]).Select(f => $"found.{f}"),
        "reason.rewound", "reason.restart", "reason.store-behind", "reason.no-punches", "reason.photos-full", "reason.clock-suspect", .. ClockJudge.Codes.Select(c => $"reason.{c}"),
    ];

    private static IEnumerable<string> Named()
    {
        string bridge = Path.Combine(Checkout.Root, "cloud-bridge", "Bridge");
        return Directory.EnumerateFiles(bridge, "*.*", SearchOption.AllDirectories)
            .Where(f => f.EndsWith(".razor", StringComparison.Ordinal) || f.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(f => Key().Matches(File.ReadAllText(f)))
            .Select(m => m.Groups[1].Value);
    }

    /// <summary>A text as it stands in a culture's resource.</summary>
    internal static string Text(string culture, string key) => Load(culture == "en" ? "" : culture)[key];

    private static Dictionary<string, string> Load(string culture) =>
        Resources.GetResourceSet(CultureInfo.GetCultureInfo(culture), createIfNotExists: true, tryParents: false)!
            .Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string)e.Value!, StringComparer.Ordinal);

    // "nav.today" and the like: the prefixes are those of the resources.
    [GeneratedRegex("\"((?:layout|nav|login|password|board|col|punches|filter|pager|terminals|exceptions|banner|journey|reason|error|events|shift|staff|photo|outgoing|found|run|call|policy|standing|correct|months|exports|own|accounts|sessions|second|privacy|wishes|patrol|keys|claims|trust|hook|tally|trail|person|punch|span|kind|phones|month|grid|stats|wall|conf|rules|rel)\\.[a-z0-9_]+)\"")]
    private static partial Regex Key();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Places();
}
