namespace Devices.Edge.Agent.Tests.Support;

/// <summary>A directory that is deleted at the end of the test.</summary>
internal sealed class Scratch : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("agt-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process that is still ending may write its last line; the system's temp cleaner takes the rest.
        }
    }
}
