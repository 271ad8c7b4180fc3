using System.Text.Json;
using System.Text.Json.Serialization;

namespace Devices.Bridge.Exports;

/// <summary>Which columns, in which words and form.</summary>
public sealed record ExportLayout
{
    /// <summary>Names, in order; empty for the kind's usual ones.</summary>
    public IReadOnlyList<string> Columns { get; set; } = [];

    /// <summary>Of headings and words.</summary>
    public string Culture { get; set; } = "en";

    /// <summary>One of <see cref="DateForms"/>.</summary>
    public string DateFormat { get; set; } = DateForms.Iso;

    /// <summary>CSV: with a byte order mark, by which Excel knows UTF-8.</summary>
    public bool Mark { get; set; } = true;

    /// <summary>CSV: semicolons between the cells, for spreadsheets whose decimal sign is the comma.</summary>
    public bool Semicolon { get; set; }

    /// <summary>Also what corrections have struck.</summary>
    public bool Struck { get; set; } = true;

    public string ToJson() => JsonSerializer.Serialize(this, ExportLayoutJson.Default.ExportLayout);

    public static ExportLayout FromJson(string json) => JsonSerializer.Deserialize(json, ExportLayoutJson.Default.ExportLayout) ?? new();
}

[JsonSerializable(typeof(ExportLayout))]
internal sealed partial class ExportLayoutJson : JsonSerializerContext;
