namespace Devices.Contract.Tests;
public class PlaceholderTests { [Fact] public void Runs() => (1 + 1).ShouldBe(2); }
