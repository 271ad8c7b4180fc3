using Xunit.Sdk;
using Xunit.v3;

namespace Devices.EndToEnd.Tests;

/// <summary>
/// Test methods in the order of their names: what stops the installation runs last. (xUnit's own order follows a hash of the
/// program's path, and a test case orderer only orders the cases of one method.)
/// </summary>
public sealed class ByName : ITestMethodOrderer
{
    public IReadOnlyCollection<TTestMethod?> OrderTestMethods<TTestMethod>(IReadOnlyCollection<TTestMethod?> testMethods) where TTestMethod : notnull, ITestMethod =>
        [.. testMethods.OrderBy(m => m?.MethodName, StringComparer.Ordinal)];
}
