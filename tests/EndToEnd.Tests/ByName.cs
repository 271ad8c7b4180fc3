using Xunit.Sdk;
using Xunit.v3;

namespace Devices.EndToEnd.Tests;

/// <summary>Tests in the order of their names: what stops the installation runs last.</summary>
public sealed class ByName : ITestCaseOrderer
{
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases) where TTestCase : notnull, ITestCase =>
        [.. testCases.OrderBy(t => t.TestMethod?.MethodName ?? t.TestCaseDisplayName, StringComparer.Ordinal)];
}
