using System;
using Devices.Link;
using Devices.Terminal.Drivers;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Provisioning;

/// <summary>
/// Writes <c>terminal.json</c> from what came over the serial line. A new one is written beside the old, read back as the start will read it, and only
/// then takes its place; a cut in between leaves one of the two whole (<see cref="Mend"/>). Which parts are wired stays unless it is said
/// anew. Settings that work are replaced only while the case is open: who merely reaches the connector must not point the terminal at another board.
/// </summary>
public sealed class TerminalFile : ITerminalStore
{
    public const string TempName = "terminal.new";

    private const int Fields = 9;

    // In this order: three words, three numbers, three flags.
    private static readonly string[] Names = ["reader", "presence", "screen", "door_open_ms", "near_mm", "turn", "chinese", "door_on_accept", "keypad"];

    private readonly IStorage _storage;
    private readonly string[] _values = new string[Fields];
    private string _terminal = "";
    private string _host = "";
    private string _port = "";
    private string _password = "";

    public TerminalFile(IStorage storage)
    {
        _storage = storage ?? throw new ArgumentNullException(nameof(storage));
        Clear();
    }

    public string Refusal { get; private set; } = "";

    /// <summary>The switch behind the case; without one, settings that work are never replaced over the line.</summary>
    public ITamperSwitch? Case { get; set; }

    /// <summary>At the start: finishes a replacement that a power cut broke off.</summary>
    public static void Mend(IStorage storage)
    {
        byte[]? begun = storage.Read(TempName);
        if (begun != null && !storage.Exists(TerminalConfig.FileName) && TerminalConfig.TryParse(begun, out TerminalConfig? _, out LinkFault? _))
        {
            storage.Rename(TempName, TerminalConfig.FileName);
        }
    }

    /// <summary>The name in the settings that are there; <paramref name="otherwise"/> where there are none.</summary>
    public static string NameIn(IStorage storage, string otherwise)
    {
        byte[]? file = storage.Read(TerminalConfig.FileName);
        return file != null && TerminalConfig.TryParse(file, out TerminalConfig? config, out LinkFault? _) ? config.Terminal : otherwise;
    }

    public bool MayTake(long nowMs)
    {
        byte[]? file = _storage.Read(TerminalConfig.FileName);
        if (file == null || !TerminalConfig.TryParse(file, out TerminalConfig? _, out LinkFault? _))
        {
            return true;
        }

        return Case != null && Case.IsOpen(nowMs);
    }

    public void Begin(string terminal, string host, string port, string password)
    {
        Clear();
        Refusal = "";
        _terminal = terminal;
        _host = host;
        _port = port;
        _password = password;
    }

    public bool Add(string pair)
    {
        int equals = pair.IndexOf('=');
        string name = equals > 0 ? pair.Substring(0, equals) : pair;
        for (int i = 0; i < Fields; i++)
        {
            if (Names[i] == name && equals > 0)
            {
                _values[i] = pair.Substring(equals + 1);
                return true;
            }
        }

        return Refuse("The terminal has no setting '" + name + "'.");
    }

    public bool Save()
    {
        KeepParts();
        byte[]? file = Compose();
        if (file == null)
        {
            Clear();
            return false;
        }

        if (!TerminalConfig.TryParse(file, out TerminalConfig? _, out LinkFault? fault))
        {
            Clear();
            return Refuse(fault.Sentence);
        }

        PartsConfig.Parse(file, out LinkFault? parts);
        Clear();
        if (parts != null)
        {
            return Refuse(parts.Sentence);
        }

        if (!_storage.Write(TempName, file, file.Length) || !Same(_storage.Read(TempName), file))
        {
            return Refuse("The flash does not take the settings.");
        }

        // From here a start finds the new one, under either name.
        return (_storage.Delete(TerminalConfig.FileName) && _storage.Rename(TempName, TerminalConfig.FileName)) || Refuse("The flash does not take the settings.");
    }

    private static bool Same(byte[]? read, byte[] written)
    {
        if (read == null || read.Length != written.Length)
        {
            return false;
        }

        for (int i = 0; i < written.Length; i++)
        {
            if (read[i] != written[i])
            {
                return false;
            }
        }

        return true;
    }

    private byte[]? Compose()
    {
        LinkWriter writer = new LinkWriter();
        writer.Begin();
        writer.Id("terminal", _terminal);
        writer.Word("host", _host);
        if (!Number(writer, "port", _port, 65535))
        {
            return null;
        }

        writer.Word("password", _password);
        for (int i = 0; i < Fields; i++)
        {
            string value = _values[i];
            if (value.Length == 0)
            {
                continue;
            }

            if (i < 3)
            {
                writer.Text(Names[i], value, 16);
            }
            else if (i < 6)
            {
                if (!Number(writer, Names[i], value, LinkLimits.MaxDoorOpenMs))
                {
                    return null;
                }
            }
            else if (value == "true" || value == "false")
            {
                writer.Flag(Names[i], value == "true");
            }
            else
            {
                Refuse("The setting '" + Names[i] + "' has to be true or false.");
                return null;
            }
        }

        byte[]? file = writer.End();
        if (file == null && writer.Fault != null)
        {
            Refuse(writer.Fault.Sentence);
        }

        return file;
    }

    private bool Number(LinkWriter writer, string name, string value, int most)
    {
        int number = 0;
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] < '0' || value[i] > '9' || i > 5)
            {
                return Refuse("The setting '" + name + "' has to be a whole number.");
            }

            number = (number * 10) + (value[i] - '0');
        }

        if (value.Length == 0 || number > most)
        {
            return Refuse("The setting '" + name + "' is out of range.");
        }

        writer.Number(name, number, 0, most);
        return true;
    }

    // What the start cannot do without has a value; the wired parts of before stay.
    private void KeepParts()
    {
        Default(3, "3000");
        Default(6, "true");
        Default(7, "false");
        byte[]? file = _storage.Read(TerminalConfig.FileName);
        if (file == null)
        {
            return;
        }

        PartsConfig before = PartsConfig.Parse(file, out LinkFault? fault);
        if (fault == null)
        {
            Default(0, before.Reader);
            Default(1, before.Presence);
            Default(2, before.Screen);
            Default(4, "" + before.NearMm);
            Default(5, "" + before.Turn);
            Default(8, before.Keypad ? "true" : "false");
        }
    }

    private void Default(int at, string value)
    {
        if (_values[at].Length == 0)
        {
            _values[at] = value;
        }
    }

    private bool Refuse(string why)
    {
        Refusal = why;
        return false;
    }

    private void Clear()
    {
        _terminal = "";
        _host = "";
        _port = "";
        _password = "";
        for (int i = 0; i < Fields; i++)
        {
            _values[i] = "";
        }
    }
}
