using System.Security.Cryptography;

namespace Devices.Edge.Ledger.Tpm;

/// <summary>Why a TPM did not do what it was asked.</summary>
public enum TpmFault
{
    /// <summary>There is none at its address, or it went away.</summary>
    Absent,

    /// <summary>This account may not use it.</summary>
    Denied,

    /// <summary>It is there, and did not make this key: it was cleared, or exchanged, or the file is another board's.</summary>
    Foreign,

    /// <summary>Its owner keeps it locked (a password for the owner's hierarchy, a hierarchy that is switched off, a lockout).</summary>
    Locked,

    /// <summary>The key's file is damaged.</summary>
    Damaged,

    /// <summary>It did not answer in time, or answered an error of its own.</summary>
    Failed,
}

/// <summary>One sentence about the TPM. A <see cref="CryptographicException"/>, since who uses a key has to reckon with it wherever the key lies.</summary>
public sealed class TpmException : CryptographicException
{
    public TpmException(TpmFault fault, string message, Exception? inner = null) : base(message, inner) => Fault = fault;

    public TpmException()
    {
    }

    public TpmException(string message) : base(message)
    {
    }

    public TpmException(string message, Exception inner) : base(message, inner)
    {
    }

    public TpmFault Fault { get; } = TpmFault.Failed;
}
