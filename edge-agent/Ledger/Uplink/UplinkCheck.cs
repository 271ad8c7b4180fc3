namespace Devices.Edge.Ledger.Uplink;

/// <summary>What the doctor learns over the link that is open; nothing of it disturbs what the session does.</summary>
/// <param name="Linked">There is a connection.</param>
/// <param name="Words">Why there is none, or what the bridge answered.</param>
/// <param name="RoundTripMs">From sending the terminal's status to the PUBACK that says that it is stored; null where it was not.</param>
/// <param name="ForeignRefused">The bridge refused another terminal's topic; null where it did not answer.</param>
public sealed record UplinkCheck(bool Linked, string? Words, double? RoundTripMs, bool? ForeignRefused);
