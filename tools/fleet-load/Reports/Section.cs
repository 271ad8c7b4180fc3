namespace Devices.FleetLoad.Reports;

/// <summary>One part of the page: what it is called, and its Markdown.</summary>
/// <param name="Key">By which a later run finds and replaces it, such as <c>steady-sqlite</c>.</param>
internal sealed record Section(string Key, string Title, string Body);
