namespace Devices.Terminal.Provisioning;

/// <summary>Where the terminal's own settings live: its name, and the board that it calls.</summary>
public interface ITerminalStore
{
    /// <summary>Why the last <see cref="Add"/> or <see cref="Save"/> refused; never holds the password.</summary>
    string Refusal { get; }

    /// <summary>Whether settings are taken now: where there are none yet, else only while the case is open.</summary>
    bool MayTake(long nowMs);

    /// <summary>Begins a new set.</summary>
    void Begin(string terminal, string host, string port, string password);

    /// <summary>Adds an optional field, as <c>chinese=true</c>; false: it is not known or has no such value.</summary>
    bool Add(string pair);

    /// <summary>Checks and writes them durably, in one piece; false: what was there before still counts.</summary>
    bool Save();
}
