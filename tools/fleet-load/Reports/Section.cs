namespace Devices.FleetLoad.Reports;

/// <summary>One part of the page: what it is called, and its Markdown.</summary>
/// <param name="Key">By which a later run finds and replaces it, such as <c>steady-sqlite</c>.</param>
internal sealed record Section(string Key, string Title, string Body)
{
    /// <summary>The same on a disk that was held to so many write operations a second: a section of its own.</summary>
    public Section Limited(int writes) => this with
    {
        Key = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Key}-{writes}"),
        Title = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Title}, on a disk held to {writes:#,0} write operations a second"),
    };
}
