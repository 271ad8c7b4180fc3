using System.Globalization;

namespace Devices.Bridge.Store;

/// <summary>In which language's order names stand.</summary>
public enum NameOrder
{
    English,

    /// <summary>By pinyin.</summary>
    Chinese,
}

/// <summary>
/// Sort keys of names (Unicode collation, without regard to case), as hex: a database that compares bytes puts them in the order in which the pages' own
/// comparer puts names. A key is good for one version of the collation; another one has them computed anew.
/// </summary>
public static class NameKeys
{
    private static readonly CompareInfo English = CultureInfo.GetCultureInfo("en").CompareInfo, Chinese = CultureInfo.GetCultureInfo("zh-Hans").CompareInfo;

    /// <summary>Changes with the collation's data.</summary>
    public static string Version { get; } = $"{English.Version.FullVersion}/{Chinese.Version.FullVersion}";

    public static string Of(string name, NameOrder order)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Convert.ToHexStringLower((order == NameOrder.Chinese ? Chinese : English).GetSortKey(name, CompareOptions.IgnoreCase).KeyData);
    }
}
