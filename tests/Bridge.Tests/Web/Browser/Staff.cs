using Devices.Bridge.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Web.Browser;

/// <summary>Who works at the <see cref="Office"/>, and when they came: computed from their numbers, so the same at every run.</summary>
internal static class Staff
{
    private const string Family = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗";
    private static readonly string[] Given = ["伟", "芳", "娜", "秀英", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "涛", "明", "超", "秀兰", "霞", "平"];
    private static readonly string[] English =
        ["Ada Lovelace", "Grace Hopper", "Alan Turing", "Margaret Hamilton", "Edsger Dijkstra", "Barbara Liskov", "Wolfeschlegelsteinhausenbergerdorff-Hubert Blaine", "María del Carmen Fernández de la Vega Sanz"];

    public static IReadOnlyList<(string Name, string Site)> Terminals { get; } =
    [
        ("gate-1", "总部 Headquarters"), ("gate-2", "总部 Headquarters"), ("office-1f", "总部 Headquarters"), ("office-2f", "总部 Headquarters"), ("office-3f", "总部 Headquarters"),
        ("shop-2", "南京路店 Nanjing Road"), ("shop-1", "南京路店 Nanjing Road"), ("workshop", "松江工厂 Songjiang works"),
    ];

    public static IReadOnlyList<Department> Departments { get; } =
    [
        new(1, null, "华东光电科技有限公司"), new(10, 1, "研发中心"), new(11, 10, "光学组"), new(12, 10, "软件组"), new(20, 1, "销售部"), new(21, 20, "南京路店"),
        new(30, 1, "松江工厂"), new(31, 30, "装配车间"), new(32, 30, "夜班"), new(40, 1, "人力资源部"), new(50, 1, "International Partnerships and Long-Term Supplier Relations"), new(60, 1, "财务部"),
    ];

    private static readonly long[] Places = [11, 12, 12, 20, 21, 31, 31, 31, 32, 40, 50, 60];

    public static List<Person> People()
    {
        List<Person> people = [];
        for (int i = 0; i < 320; i++)
        {
            string name = i % 40 < English.Length && i < 120 ? English[i % 40] : $"{Family[i * 7 % Family.Length]}{Given[i * 11 % Given.Length]}";
            long department = Places[i % Places.Length];
            people.Add(new($"u{1000 + i}", i >= 40 && i < 120 && i % 40 < English.Length ? $"{name} {i / 40 + 1}" : name, $"{i + 1:00000}", i is not (300 or 301), i % 50 == 0 ? [department, 40] : [department]));
        }

        return people;
    }

    public static bool InWorkshop(Person person) => person.Departments.Contains(31);

    public static bool AtNight(Person person) => person.Departments.Contains(32);

    /// <summary>Today for everybody, and the month of the first sixty.</summary>
    public static IEnumerable<(string Person, long At, PunchMethod Method, ClockQuality Clock, string Terminal)> Punches(IReadOnlyList<Person> people)
    {
        for (int i = 0; i < people.Count; i++)
        {
            Person person = people[i];
            if (!person.Active) continue;
            for (int day = i < 60 ? 2 : 26; day <= 26; day++)
            {
                DateTime date = new(2026, 11, day);
                if (date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday || day == 11) continue;
                int chance = Mix(i, day);
                if (chance % 23 == 0) continue; // not there
                string terminal = Terminal(person, chance);
                PunchMethod method = chance % 9 == 0 ? PunchMethod.Card : chance % 31 == 0 ? PunchMethod.Pin : PunchMethod.Face;
                int late = chance % 11 == 0 ? 3 + (chance % 50) : -(chance % 34);
                ClockQuality clock = day == 26 && chance % 97 == 0 ? ClockQuality.Held : day == 24 && chance % 19 == 0 ? ClockQuality.Corrected : ClockQuality.Synced;
                if (AtNight(person))
                {
                    if (day < 26) yield return (person.UserId, Local(day, (22 * 60) + late, chance), method, ClockQuality.Synced, terminal);
                    if (day > 2 && date.DayOfWeek != DayOfWeek.Monday) yield return (person.UserId, Local(day, (6 * 60) + (chance % 14), chance), PunchMethod.Face, ClockQuality.Synced, terminal);
                    if (date.DayOfWeek == DayOfWeek.Friday) yield return (person.UserId, Local(day + 1, (6 * 60) + (chance % 14), chance), PunchMethod.Face, ClockQuality.Synced, terminal);
                    continue;
                }

                int start = InWorkshop(person) ? 8 * 60 : 9 * 60, end = InWorkshop(person) ? 17 * 60 : 18 * 60;
                long first = Local(day, start + late, chance);
                if (day == 26 && first > Office.At($"{Office.Today} 09:04")) continue;
                yield return (person.UserId, first, method, clock, terminal);
                if (day == 26) continue;
                if (!InWorkshop(person) && chance % 3 != 0)
                {
                    yield return (person.UserId, Local(day, (12 * 60) + 2 + (chance % 9), chance), PunchMethod.Face, ClockQuality.Synced, terminal);
                    yield return (person.UserId, Local(day, (12 * 60) + 48 + (chance % 10), chance + 7), PunchMethod.Face, ClockQuality.Synced, terminal);
                }

                if (chance % 29 != 0) yield return (person.UserId, Local(day, chance % 17 == 0 ? end - 20 : end + (chance % 55), chance), PunchMethod.Face, ClockQuality.Synced, terminal);
            }
        }
    }

    private static string Terminal(Person person, int chance) => person.Departments[0] switch
    {
        21 => chance % 4 == 0 ? "shop-2" : "shop-1",
        31 or 32 => "workshop",
        _ => Terminals[chance % 5].Name,
    };

    private static long Local(int day, int minute, int chance) => Office.At($"2026-11-{day:00} 00:00") + (minute * 60_000L) + (chance % 60 * 1000L);

    // Spread evenly, without a random generator's state.
    private static int Mix(int person, int day)
    {
        unchecked
        {
            uint x = ((uint)person * 2654435761u) ^ ((uint)day * 40503u);
            x ^= x >> 15;
            x *= 2246822519u;
            x ^= x >> 13;
            return (int)(x % 100_000);
        }
    }
}
