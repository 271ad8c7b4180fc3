using System.Globalization;

namespace Devices.Standins.Frappe;

/// <summary>The played site: employees, logs and the validations of <c>hrms/hr/doctype/employee_checkin</c>. One lock guards it all.</summary>
public sealed class FrappeSite
{
    private readonly Lock _gate = new();
    private readonly List<Employee> _employees = [];
    private readonly List<Checkin> _checkins = [];
    private readonly List<FrappeFault> _faults = [];
    private readonly Dictionary<string, int> _calls = [];
    private int _number;

    public FrappeSettings Settings { get; set; } = new();

    /// <summary>All logs, in the order in which they were made.</summary>
    public IReadOnlyList<Checkin> Checkins
    {
        get
        {
            lock (_gate) return [.. _checkins];
        }
    }

    public void Add(params IReadOnlyList<Employee> employees)
    {
        lock (_gate) _employees.AddRange(employees);
    }

    public void Add(FrappeFault fault)
    {
        lock (_gate) _faults.Add(fault);
    }

    /// <summary>A log made by hand or by another system.</summary>
    public void Add(Checkin log)
    {
        lock (_gate) _checkins.Add(log);
    }

    /// <summary>Calls received, as <c>POST Employee Checkin</c>.</summary>
    public int Calls(string what)
    {
        lock (_gate) return _calls.GetValueOrDefault(what);
    }

    public IReadOnlyList<Employee> Employees
    {
        get
        {
            lock (_gate) return [.. _employees];
        }
    }

    internal FrappeFault? Take(string method, string doctype)
    {
        lock (_gate)
        {
            _calls[$"{method} {doctype}"] = _calls.GetValueOrDefault($"{method} {doctype}") + 1;
            int i = _faults.FindIndex(f => f.Method == method && f.Doctype == doctype);
            if (i < 0) return null;
            FrappeFault fault = _faults[i];
            if (fault.Count > 1) _faults[i] = fault with { Count = fault.Count - 1 };
            else _faults.RemoveAt(i);
            return fault;
        }
    }

    /// <summary>Validates a new log; it is not there before <see cref="Commit"/>, as in a transaction of its own.</summary>
    /// <exception cref="FrappeException">A validation refuses it.</exception>
    internal Checkin Validate(string? employee, string? time, string? device, string? logType)
    {
        lock (_gate)
        {
            if (!Settings.MayWrite) throw new FrappeException(403, "PermissionError", "No permission for Employee Checkin");
            if (string.IsNullOrEmpty(employee)) throw new FrappeException(417, "MandatoryError", "[Employee Checkin, EMP-CKIN]: employee");
            if (string.IsNullOrEmpty(time)) throw new FrappeException(417, "MandatoryError", "[Employee Checkin, EMP-CKIN]: time");
            if (logType is not (null or "" or "IN" or "OUT")) throw new FrappeException(417, "ValidationError", $"Log Type cannot be \"{logType}\". It should be one of \"\", \"IN\", \"OUT\"");
            Employee found = _employees.Find(e => Same(e.Name, employee)) ?? throw new FrappeException(417, "LinkValidationError", Say($"Could not find Employee: {employee}", $"找不到员工：{employee}"));
            if (found.Status == "Inactive") throw new FrappeException(417, "InactiveEmployeeStatusError", Say($"Transactions cannot be created for an Inactive Employee {found.Name}.", $"不能为离职员工 {found.Name} 创建业务单据。"));
            DateTime at = ReadTime(time);
            string? type = string.IsNullOrEmpty(logType) ? null : logType;
            Checkin? twin = _checkins.Find(c => c.Employee == found.Name && c.Time == at && (!Settings.LogTypeInDuplicates || c.LogType == type));
            if (twin is not null)
            {
                string link = $"<Br><a href=\"/app/employee-checkin/{twin.Name}\" style=\"font-weight: bold;\">Employee Checkin {twin.Name}</a>";
                throw new FrappeException(417, "ValidationError", Say($"This employee already has a log with the same timestamp.{link}", $"该员工已有相同时间戳的签到记录。{link}"));
            }

            if (Settings.LogTypeRequired && type is null) throw new FrappeException(417, "ValidationError", Say("Log Type is required for check-ins falling in the shift: Day.", "班次 Day 内的签到必须有日志类型。"));
            return new($"EMP-CKIN-{at:MM-yyyy}-{++_number:000000}", found.Name, at, device, type);
        }
    }

    /// <summary>Changes the one field that we change.</summary>
    /// <exception cref="FrappeException">There is no such log, or it may not be changed.</exception>
    internal Checkin Skip(string name, bool skip)
    {
        lock (_gate)
        {
            if (!Settings.MayChange) throw new FrappeException(403, "PermissionError", "No permission for Employee Checkin");
            int i = _checkins.FindIndex(c => c.Name == name);
            if (i < 0) throw new FrappeException(404, "DoesNotExistError", $"Employee Checkin {name} not found");
            return _checkins[i] = _checkins[i] with { SkipAutoAttendance = skip };
        }
    }

    /// <summary>As the nightly job does: an attendance is computed from every log that is not skipped.</summary>
    public void MarkAttendance(string? attendance)
    {
        lock (_gate)
            for (int i = 0; i < _checkins.Count; i++)
                if (!_checkins[i].SkipAutoAttendance) _checkins[i] = _checkins[i] with { Attendance = attendance };
    }

    internal void Commit(Checkin log)
    {
        lock (_gate) _checkins.Add(log);
    }

    private string Say(string english, string chinese) => Settings.Language == "zh" ? chinese : english;

    /// <summary>As MariaDB's usual collation compares: without case, accents and trailing spaces.</summary>
    internal static bool Same(string? one, string? other) => one is not null && other is not null
        && CultureInfo.InvariantCulture.CompareInfo.Compare(one.TrimEnd(' '), other.TrimEnd(' '), CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace) == 0;

    private DateTime ReadTime(string time)
    {
        string[] forms = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFF"];
        if (!DateTime.TryParseExact(time, forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime at))
            throw new FrappeException(417, "ValidationError", $"{time} is not a valid datetime");
        return Settings.CutFractions ? at.AddTicks(-(at.Ticks % TimeSpan.TicksPerSecond)) : at;
    }
}
