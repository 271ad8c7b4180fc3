using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.Targets.ErpNext;
using Devices.Bridge.Store;
using Devices.Contract.Punches;
using Devices.Standins.Frappe;

namespace Devices.Bridge.Tests.Targets;

/// <summary>The contract with ERPNext / Frappe HR's Employee Checkin, over real HTTP against the stand-in's validations.</summary>
public sealed class ErpNextTests : IAsyncLifetime
{
    private const string Checkin = "Employee Checkin";
    private static readonly long Morning = DateTimeOffset.Parse("2026-11-26T00:31:05.900Z", System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
    private readonly TargetBench _bench = new();
    private FrappeStandin _frappe = null!;

    public async ValueTask InitializeAsync()
    {
        _frappe = await FrappeStandin.StartAsync();
        _frappe.Site.Add(
            new Employee("HR-EMP-00001", "Ada Lovelace", "ada", EmployeeNumber: "007"), new Employee("HR-EMP-00002", "Grace Hopper", "grace"),
            new Employee("HR-EMP-00003", "Alan Turing", "alan", "Inactive"), new Employee("HR-EMP-00004", "One", "twin"), new Employee("HR-EMP-00005", "Other", "twin"),
            new Employee("HR-EMP-00006", "José", "JOSE"));
        _bench.Set(
            $"--Bridge:ErpNext:Url={_frappe.Address}", $"--Bridge:ErpNext:TokenFile={_bench.File("token", "standinkey:standinsecret\n")}",
            "--Bridge:ErpNext:TimeoutSeconds=1", "--Bridge:ErpNext:CallsPerSecond=1000", "--Bridge:ErpNext:TimeZone=Asia/Shanghai");
    }

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        await _frappe.DisposeAsync();
    }

    private Task<DeliveryOutcome> SendAsync(OutgoingPunch punch) => _bench.Get<ErpNextTarget>().SendAsync(punch, TestContext.Current.CancellationToken);

    private static OutgoingPunch Punch(string person = "ada", PunchDirection direction = PunchDirection.In, int attempt = 1, string terminal = "m2-001", long? at = null) =>
        TargetBench.Punch(person, at ?? Morning, direction, attempt, terminal);

    private void Fault(FrappeFaultKind kind, int value = 0, string method = "POST", string doctype = Checkin) => _frappe.Site.Add(new FrappeFault(kind, doctype, method, value));

    [Fact]
    public async Task Biometric_attendance_sync_tool_64_a_log_has_the_punchs_own_time_as_the_sites_wall_clock_shows_it()
    {
        (await SendAsync(Punch())).Kind.ShouldBe(OutcomeKind.Accepted);
        Checkin log = _frappe.Site.Checkins.ShouldHaveSingleItem();
        (log.Employee, log.Time, log.DeviceId, log.LogType).ShouldBe(("HR-EMP-00001", new DateTime(2026, 11, 26, 8, 31, 5), "m2-001", "IN"));
        await SendAsync(Punch("grace", PunchDirection.Out));
        await SendAsync(Punch("grace", PunchDirection.None, at: Morning + 60_000));
        _frappe.Site.Checkins.Skip(1).Select(c => c.LogType).ShouldBe(["OUT", null]);
    }

    [Theory]
    [InlineData("2026-03-29T00:59:59Z", "2026-03-29 01:59:59")]
    [InlineData("2026-03-29T01:00:00Z", "2026-03-29 03:00:00")]
    [InlineData("2026-10-25T00:30:00Z", "2026-10-25 02:30:00")]
    [InlineData("2026-10-25T01:30:00Z", "2026-10-25 02:30:00")]
    public void Wall_clock_times_go_across_changes_of_the_clocks(string utc, string local)
    {
        _bench.Set("--Bridge:ErpNext:TimeZone=Europe/Berlin");
        _bench.Get<ErpNextTarget>().LocalText(DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds()).ShouldBe(local);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh")]
    public async Task Biometric_attendance_sync_tool_26_sent_twice_it_is_there_once_and_a_success_whatever_the_sites_language(string language)
    {
        _frappe.Site.Settings = new() { Language = language };
        await SendAsync(Punch());
        // As after a lost state: a first try, for all we know.
        (await SendAsync(Punch())).Kind.ShouldBe(OutcomeKind.Accepted);
        _frappe.Site.Checkins.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(FrappeFaultKind.CloseAfter, 0)]
    [InlineData(FrappeFaultKind.StatusAfter, 502)]
    [InlineData(FrappeFaultKind.StatusAfter, 200)]
    [InlineData(FrappeFaultKind.StatusBefore, 504)]
    [InlineData(FrappeFaultKind.CloseBefore, 0)]
    [InlineData(FrappeFaultKind.SlowTransaction, 2500)]
    [InlineData(FrappeFaultKind.StallAfter, 0)]
    public async Task An_answer_that_did_not_come_is_settled_by_asking_before_anything_is_sent_again(FrappeFaultKind fault, int value)
    {
        Fault(fault, value);
        DeliveryOutcome first = await SendAsync(Punch());
        (first.Kind, first.Wait).ShouldBe((OutcomeKind.Transient, TimeSpan.FromSeconds(120)), "longer than the site may still work on it");
        if (fault == FrappeFaultKind.SlowTransaction) await Tests.Delivery.Until.Async(() => Task.FromResult(_frappe.Site.Checkins.Count), n => n == 1, "the slow transaction to end");
        int posts = _frappe.Site.Calls($"POST {Checkin}"), there = _frappe.Site.Checkins.Count;
        (await SendAsync(Punch(attempt: 2))).Kind.ShouldBe(OutcomeKind.Accepted);
        _frappe.Site.Checkins.Count.ShouldBe(1);
        _frappe.Site.Calls($"POST {Checkin}").ShouldBe(posts + (there == 1 ? 0 : 1), "what is there is not posted again");
    }

    [Fact]
    public async Task Where_it_cannot_be_asked_nothing_is_sent()
    {
        Fault(FrappeFaultKind.StatusBefore, 500, "GET");
        (await SendAsync(Punch(attempt: 2))).Kind.ShouldBe(OutcomeKind.Transient);
        _frappe.Site.Calls($"POST {Checkin}").ShouldBe(0);
    }

    [Fact]
    public async Task An_unknown_employee_is_refused_until_the_site_knows_it()
    {
        DeliveryOutcome outcome = await SendAsync(Punch("kay"));
        (outcome.Kind, outcome.Reason).ShouldBe((OutcomeKind.Refused, ErpNextTarget.NoEmployee));
        ErpNextTarget target = _bench.Get<ErpNextTarget>();
        (await target.KnowsAsync("kay", TestContext.Current.CancellationToken)).ShouldBe(false);
        _frappe.Site.Add(new Employee("HR-EMP-00009", "Kay McNulty", "kay"));
        (await target.KnowsAsync("kay", TestContext.Current.CancellationToken)).ShouldBe(true);
        (await SendAsync(Punch("kay"))).Kind.ShouldBe(OutcomeKind.Accepted);
        Fault(FrappeFaultKind.StatusBefore, 500, "GET", "Employee");
        (await target.KnowsAsync("kay", TestContext.Current.CancellationToken)).ShouldBeNull("not known whether");
    }

    [Theory]
    [InlineData("jose", ErpNextTarget.NoEmployee, "differs in case or accents: HR-EMP-00006")]
    [InlineData("twin", "reason.erpnext_two_employees", "HR-EMP-00004, HR-EMP-00005")]
    public async Task A_person_who_is_not_exactly_one_employee_gets_nobody_elses_log(string person, string reason, string detail)
    {
        DeliveryOutcome outcome = await SendAsync(Punch(person));
        (outcome.Kind, outcome.Reason).ShouldBe((OutcomeKind.Refused, reason));
        outcome.Detail!.ShouldContain(detail);
        _frappe.Site.Checkins.ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_terminals_log_of_the_same_second_is_said_and_not_taken_for_ours()
    {
        _frappe.Site.Add(new Checkin("EMP-CKIN-X", "HR-EMP-00001", new DateTime(2026, 11, 26, 8, 31, 5), "gate-9", "IN"));
        DeliveryOutcome outcome = await SendAsync(Punch());
        (outcome.Kind, outcome.Reason, outcome.Detail).ShouldBe((OutcomeKind.Refused, "reason.erpnext_same_second", "EMP-CKIN-X (gate-9)"));
    }

    [Fact]
    public async Task Older_versions_with_fractions_and_without_types_in_the_duplicate_check_are_understood_too()
    {
        _frappe.Site.Settings = new() { CutFractions = false, LogTypeInDuplicates = false };
        _frappe.Site.Add(new Checkin("EMP-CKIN-F", "HR-EMP-00001", new DateTime(2026, 11, 26, 8, 31, 5, 250), "m2-001", "IN"));
        (await SendAsync(Punch(attempt: 2))).Kind.ShouldBe(OutcomeKind.Accepted);
        _frappe.Site.Checkins.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_validation_that_refuses_is_a_dead_letter_with_the_sites_own_words()
    {
        DeliveryOutcome inactive = await SendAsync(Punch("alan"));
        (inactive.Kind, inactive.Reason, inactive.Detail).ShouldBe((OutcomeKind.Refused, "reason.erpnext_refused", "Transactions cannot be created for an Inactive Employee HR-EMP-00003."));
        _frappe.Site.Settings = new() { LogTypeRequired = true };
        (await SendAsync(Punch(direction: PunchDirection.None))).Detail!.ShouldStartWith("Log Type is required");
    }

    [Fact]
    public async Task Biometric_attendance_sync_tool_32_a_fault_of_the_setting_stops_the_target_instead_of_making_dead_letters()
    {
        _frappe.Site.Settings = new() { HrInstalled = false };
        (await SendAsync(Punch())).ShouldBe(new(OutcomeKind.Configuration, "reason.erpnext_address", "404", "DocType Employee Checkin not found"));
        _frappe.Site.Settings = new() { MayWrite = false };
        (await SendAsync(Punch())).Reason.ShouldBe("reason.erpnext_permission");
        _bench.File("token", "standinkey:other");
        (await SendAsync(Punch())).Reason.ShouldBe("reason.erpnext_token");
        _bench.File("token", "");
        (await SendAsync(Punch())).Reason.ShouldBe("reason.erpnext_token_file");
        _bench.Set("--Bridge:ErpNext:EmployeeField=badge");
        await using TargetBench other = new($"--Bridge:ErpNext:Url={_frappe.Address}", $"--Bridge:ErpNext:TokenFile={_bench.File("token", "standinkey:standinsecret")}", "--Bridge:ErpNext:EmployeeField=badge");
        (await other.Get<ErpNextTarget>().SendAsync(Punch(), TestContext.Current.CancellationToken)).Reason.ShouldBe("reason.erpnext_question");
        _frappe.Site.Checkins.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deadlock_and_the_rate_limit_are_tried_again_and_a_dead_site_is_unreachable()
    {
        Fault(FrappeFaultKind.Deadlock);
        (await SendAsync(Punch())).ShouldSatisfyAllConditions(o => o.Kind.ShouldBe(OutcomeKind.Transient), o => o.Wait.ShouldBeNull());
        Fault(FrappeFaultKind.RateLimit, 30);
        (await SendAsync(Punch())).ShouldSatisfyAllConditions(o => o.Kind.ShouldBe(OutcomeKind.Throttled), o => o.Wait.ShouldBe(TimeSpan.FromSeconds(30)));
        await _frappe.DisposeAsync();
        (await SendAsync(Punch())).Kind.ShouldBe(OutcomeKind.Unreachable);
    }

    [Fact]
    public async Task A_job_number_may_be_what_the_site_knows()
    {
        _bench.Set("--Bridge:ErpNext:Identify=job_number", "--Bridge:ErpNext:EmployeeField=employee_number");
        await _bench.Get<IPeopleStore>().ReconcileAsync([], [new("u1", "Ada", "007", true, []), new("u2", "Grace", null, true, [])]);
        (await SendAsync(Punch("u1"))).Kind.ShouldBe(OutcomeKind.Accepted);
        (await SendAsync(Punch("u2"))).Reason.ShouldBe(ErpNextTarget.NoEmployee);
        _frappe.Site.Checkins.ShouldHaveSingleItem().Employee.ShouldBe("HR-EMP-00001");
    }

    [Fact]
    public async Task A_punch_of_the_future_is_not_sent() =>
        (await SendAsync(Punch(at: DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds()))).Reason.ShouldBe("reason.in_the_future");

    [Theory]
    [InlineData("Url=hr.example.com", "give the site's address")]
    [InlineData("TokenFile=", "TokenFile is missing")]
    [InlineData("TokenFile=/nowhere/token", "does not exist")]
    [InlineData("EmployeeField=a-b", "give a field name")]
    [InlineData("Identify=name", "use userid or job_number")]
    [InlineData("TimeZone=Bejing", "give the IANA zone")]
    [InlineData("CallsPerSecond=0", "CallsPerSecond must be")]
    [InlineData("UnknownMinutes=0", "UnknownMinutes must be")]
    [InlineData("Workers=0", "Bridge:ErpNext:Workers must be")]
    public void A_setting_that_cannot_work_is_one_sentence(string setting, string sentence)
    {
        _bench.Set($"--Bridge:ErpNext:{setting}");
        Should.Throw<BridgeStartException>(_bench.Build).Message.ShouldContain(sentence);
    }
}
