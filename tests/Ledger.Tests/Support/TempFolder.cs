namespace Devices.Ledger.Tests.Support;

internal sealed class TempFolder : IDisposable
{
    public TempFolder() => Path = Directory.CreateTempSubdirectory("ledger-").FullName;

    public string Path { get; }
    public string Ledger => File("ledger.db");
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
