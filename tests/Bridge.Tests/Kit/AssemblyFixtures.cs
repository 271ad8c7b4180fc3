[assembly: AssemblyFixture(typeof(Devices.Bridge.Tests.Kit.PostgresCleanup))]
