using Devices.Bridge.Store;

namespace Devices.Bridge.Web.Access;

/// <summary>What came of a log-in.</summary>
/// <param name="Account">The account when it succeeded.</param>
/// <param name="Problem">Key of the sentence when it did not.</param>
/// <param name="Minutes">How long the account is locked, where it is.</param>
public sealed record SignInResult(Account? Account, string? Problem, int Minutes = 0);
