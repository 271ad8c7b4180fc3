using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Api;

/// <summary>What a key may read, one word each; an address for programs says which it is. An address without one is closed to keys.</summary>
public sealed record ApiResource(string Name)
{
    public const string Punches = "punches", Days = "days", People = "people", Departments = "departments", Terminals = "terminals", Exceptions = "exceptions";

    /// <summary>People's names beside their ids: no address of its own.</summary>
    public const string Names = "names";

    public static IReadOnlyList<string> Every { get; } = [Punches, Days, People, Departments, Terminals, Exceptions, Names];

    /// <summary>The rights that a key's words stand for, so that its requests pass the same doors as a person's.</summary>
    public static IEnumerable<string> Rights(IEnumerable<string> resources) => resources.Select(one => one switch
    {
        Punches or Days => Permits.ReadPunches,
        People or Departments => Permits.ReadPeople,
        Terminals or Exceptions => Permits.ReadTerminals,
        _ => null,
    }).OfType<string>().Distinct();
}
