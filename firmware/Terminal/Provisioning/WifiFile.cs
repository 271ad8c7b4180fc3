using System;
using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Provisioning;

/// <summary>
/// <c>wifi.json</c>: flat JSON like the rest, and apart from <c>terminal.json</c>, so that a join never rewrites the terminal's identity. A new
/// one is written beside the old, read back, and only then takes its place; a cut in between leaves one of the two whole.
/// </summary>
public sealed class WifiFile : IWifiStore
{
    public const string FileName = "wifi.json";
    public const string TempName = "wifi.new";

    private readonly IStorage _storage;

    public WifiFile(IStorage storage)
    {
        _storage = storage ?? throw new ArgumentNullException(nameof(storage));
    }

    public string Ssid { get; private set; } = "";

    public string Password { get; private set; } = "";

    /// <summary>Reads what is there; false where there is nothing usable.</summary>
    public bool Load()
    {
        return Read(FileName) || Read(TempName);
    }

    public bool Save(string ssid, string password)
    {
        LinkWriter writer = new LinkWriter();
        writer.Begin();
        writer.Text("ssid", ssid, 32);
        writer.Text("wifi_password", password, 64);
        byte[]? file = writer.End();
        if (file == null || !_storage.Write(TempName, file, file.Length))
        {
            return false;
        }

        if (!Read(TempName) || Ssid != ssid || Password != password)
        {
            Read(FileName);
            return false;
        }

        // From here a boot finds the new one, under either name.
        return _storage.Delete(FileName) && _storage.Rename(TempName, FileName);
    }

    public void Rejoin(IWifiJoiner wifi)
    {
        if (Load())
        {
            wifi.Join(Ssid, Password);
        }
    }

    private bool Read(string name)
    {
        byte[]? file = _storage.Read(name);
        LinkReader reader = new LinkReader();
        if (file == null || !reader.Load(file, file.Length))
        {
            return false;
        }

        string ssid = reader.Text("ssid", 32);
        string password = reader.Text("wifi_password", 64);
        if (reader.Fault != null || ssid.Length == 0)
        {
            return false;
        }

        Ssid = ssid;
        Password = password;
        return true;
    }
}
