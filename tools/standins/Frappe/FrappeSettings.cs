namespace Devices.Standins.Frappe;

/// <summary>What differs between versions and sites.</summary>
public sealed record FrappeSettings
{
    /// <summary>The API user's <c>api_key:api_secret</c>.</summary>
    public string Token { get; init; } = "standinkey:standinsecret";

    /// <summary>Language of the API user: validation messages come in it (<c>en</c> or <c>zh</c>).</summary>
    public string Language { get; init; } = "en";

    /// <summary>Since version 15 a log of the other type at the same second is no duplicate (frappe/hrms#621).</summary>
    public bool LogTypeInDuplicates { get; init; } = true;

    /// <summary>Since version 15 fractions of seconds are cut off.</summary>
    public bool CutFractions { get; init; } = true;

    /// <summary>Whether a log must name its type (the shift type's "Strictly based on Log Type in Employee Checkin").</summary>
    public bool LogTypeRequired { get; init; }

    /// <summary>Whether Frappe HR is installed on the site: else there is no doctype Employee Checkin.</summary>
    public bool HrInstalled { get; init; } = true;

    /// <summary>Whether the API user may change logs that are there.</summary>
    public bool MayChange { get; init; } = true;

    /// <summary>Whether the API user may write logs.</summary>
    public bool MayWrite { get; init; } = true;
}
