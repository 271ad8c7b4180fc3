using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Devices.Edge.Ledger.Tpm;

/// <summary>Whose TPM it is.</summary>
/// <param name="Maker">The four letters of its manufacturer, as <c>IFX</c> or <c>IBM</c>.</param>
/// <param name="Firmware">Version of its firmware.</param>
public sealed record TpmFacts(string Maker, string Firmware);

/// <summary>
/// The board's TPM 2.0: makes keys that never leave it, signs with them, and seals small secrets. Keys hang under the owner hierarchy's storage
/// key, which every TPM derives anew from its own seed (the template of "TPM 2.0 Key Files"): nothing is kept in its few places for good, nothing
/// has to be set up before, and clearing the TPM makes every file of its useless.
/// </summary>
/// <remarks>
/// The seven commands needed are spoken here (TPM 2.0 Library Specification, part 3). OpenSSL's tpm2 provider is not used: .NET loads a provider into a
/// library context of its own, whose keys the TLS handshake cannot use with OpenSSL 3.0; it does not seal; and the board would need four more packages.
/// What goes between TPM and processor is not encrypted: who can listen to the chip's wires reads what is unsealed.
/// </remarks>
public sealed class BoardTpm(TpmAddress address)
{
    private const int DigestBytes = 32;
    private const string Variable = "DEVICES_TPM";

    /// <summary>Longest secret that a TPM seals (MAX_SYM_DATA).</summary>
    public const int MaxSecret = 128;

    public static BoardTpm Standard { get; } = new(TpmAddress.Standard);

    public TpmAddress Address => address;

    /// <summary>The TPM that a setting means.</summary>
    /// <param name="setting"><c>auto</c> (or null): the kernel's, where there is one that this account may use. <c>none</c>. Or an address.</param>
    /// <returns>Null for none.</returns>
    /// <remarks>What <c>auto</c> means can be said by the environment variable <c>DEVICES_TPM</c>: <c>none</c> on a machine whose TPM is not a terminal's.</remarks>
    public static BoardTpm? Of(string? setting) => setting switch
    {
        null or "" or "auto" => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } meant ? (TpmAddress.TryParse(meant, out TpmAddress? other) ? new(other) : null) : MayUse(TpmAddress.StandardDevice) ? Standard : null,
        "none" => null,
        _ => TpmAddress.TryParse(setting, out TpmAddress? given) ? new(given) : throw new ArgumentException(Refusal(setting)),
    };

    // An account without the right to it goes on as on a board without one: a developer's own machine has a TPM too.
    private static bool MayUse(string device)
    {
        try
        {
            if (!File.Exists(device)) return false;
            using FileStream open = new(device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            // There, and not well: said where it is used.
            return true;
        }
    }

    /// <summary>Null where the setting can be used, else why not.</summary>
    public static string? Refusal(string? setting) =>
        setting is null or "" or "auto" or "none" || TpmAddress.TryParse(setting, out _) ? null : $"'{setting}' is not auto, none, a device as {TpmAddress.StandardDevice}, or unix:/path of a software TPM's socket";

    /// <exception cref="TpmException">It is not there or cannot be used.</exception>
    public TpmFacts Probe()
    {
        using TpmChannel channel = TpmChannel.Open(address);
        uint maker = Property(channel, TpmNumbers.Manufacturer), firmware = Property(channel, TpmNumbers.Firmware);
        byte[] letters = [(byte)(maker >> 24), (byte)(maker >> 16), (byte)(maker >> 8), (byte)maker];
        return new(Encoding.ASCII.GetString(letters).Trim('\0', ' '), string.Create(CultureInfo.InvariantCulture, $"{firmware >> 16}.{firmware & 0xFFFF}"));
    }

    /// <summary>A new P-256 key, made inside.</summary>
    /// <exception cref="TpmException">With a sentence.</exception>
    public TpmKeyFile MakeKey() => Under(static (channel, parent) =>
    {
        byte[] template = Template(TpmNumbers.Ecc, TpmNumbers.Stays | TpmNumbers.MadeInside | TpmNumbers.Signs, new TpmWriter()
            .Number16(TpmNumbers.Nothing).Number16(TpmNumbers.Nothing).Number16(TpmNumbers.P256).Number16(TpmNumbers.Nothing).Sized([]).Sized([]));
        return Make(channel, parent, template, [], isSealed: false);
    });

    /// <summary>Whether this TPM can use the key, or open the secret.</summary>
    /// <exception cref="TpmException">It cannot, and why.</exception>
    public void Check(TpmKeyFile file) => Loaded(file, static (_, _) => true);

    /// <summary>ECDSA over a digest, as DER (RFC 3279). A longer digest is cut to the curve's size, a shorter one padded, as ECDSA does.</summary>
    /// <exception cref="TpmException">With a sentence.</exception>
    public byte[] Sign(TpmKeyFile file, ReadOnlySpan<byte> digest)
    {
        byte[] whole = new byte[DigestBytes];
        if (digest.Length >= DigestBytes) digest[..DigestBytes].CopyTo(whole);
        else digest.CopyTo(whole.AsSpan(DigestBytes - digest.Length));
        return Loaded(file, (channel, key) =>
        {
            TpmReader answer = Parameters(channel.Run(TpmNumbers.Sign, true, Authorised(key)
                .Sized(whole).Number16(TpmNumbers.Ecdsa).Number16(TpmNumbers.Sha256)
                .Number16(TpmNumbers.HashCheck).Number32(TpmNumbers.Null).Sized([]).ToArray()));
            answer.Number16();
            answer.Number16();
            AsnWriter signature = new(AsnEncodingRules.DER);
            using (signature.PushSequence())
            {
                signature.WriteInteger(new BigInteger(answer.Sized(), isUnsigned: true, isBigEndian: true));
                signature.WriteInteger(new BigInteger(answer.Sized(), isUnsigned: true, isBigEndian: true));
            }

            return signature.Encode();
        });
    }

    /// <summary>Seals at most <see cref="MaxSecret"/> bytes: only this TPM opens them.</summary>
    /// <exception cref="TpmException">With a sentence.</exception>
    public TpmKeyFile Seal(ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(secret.Length, MaxSecret);
        byte[] copy = secret.ToArray();
        try
        {
            return Under((channel, parent) => Make(channel, parent,
                Template(TpmNumbers.KeyedHash, TpmNumbers.Stays, new TpmWriter().Number16(TpmNumbers.Nothing).Sized([])), copy, isSealed: true));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    /// <exception cref="TpmException">With a sentence.</exception>
    public byte[] Unseal(TpmKeyFile file) => Loaded(file, static (channel, item) => Parameters(channel.Run(TpmNumbers.Unseal, true, Authorised(item).ToArray())).Sized());

    private T Loaded<T>(TpmKeyFile file, Func<TpmChannel, uint, T> work)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Under((channel, parent) =>
        {
            uint handle = Handle(channel.Run(TpmNumbers.Load, true, Authorised(parent).Raw(file.Private).Raw(file.Public).ToArray()));
            return Flushed(channel, handle, work);
        });
    }

    // Opens the TPM, derives the storage key, and leaves nothing behind, whatever happens.
    private T Under<T>(Func<TpmChannel, uint, T> work)
    {
        using TpmChannel channel = TpmChannel.Open(address);
        byte[] template = Template(TpmNumbers.Ecc, TpmNumbers.Stays | TpmNumbers.MadeInside | TpmNumbers.Storage, new TpmWriter()
            .Number16(TpmNumbers.Aes).Number16(128).Number16(TpmNumbers.Cfb).Number16(TpmNumbers.Nothing).Number16(TpmNumbers.P256).Number16(TpmNumbers.Nothing).Sized([]).Sized([]));
        uint parent = Handle(channel.Run(TpmNumbers.CreatePrimary, true, Creation(TpmNumbers.Owner, template, [])));
        return Flushed(channel, parent, work);
    }

    private static T Flushed<T>(TpmChannel channel, uint handle, Func<TpmChannel, uint, T> work)
    {
        bool well = false;
        try
        {
            T result = work(channel, handle);
            well = true;
            return result;
        }
        finally
        {
            try
            {
                channel.Run(TpmNumbers.Flush, false, new TpmWriter().Number32(handle).ToArray());
            }
            catch (TpmException) when (!well)
            {
                // The first fault is the one to tell.
            }
        }
    }

    private static TpmKeyFile Make(TpmChannel channel, uint parent, byte[] template, byte[] secret, bool isSealed)
    {
        TpmReader answer = Parameters(channel.Run(TpmNumbers.Create, true, Creation(parent, template, secret)));
        byte[] closed = answer.SizedWhole(), open = answer.SizedWhole();
        return new(isSealed, open, closed);
    }

    private static byte[] Creation(uint parent, byte[] template, byte[] secret) => Authorised(parent)
        .Sized(new TpmWriter().Sized([]).Sized(secret).ToArray()).Sized(template).Sized([]).Number32(0).ToArray();

    private static byte[] Template(int type, uint attributes, TpmWriter rest) => new TpmWriter().Number16(type).Number16(TpmNumbers.Sha256).Number32(attributes).Sized([]).Raw(rest.ToArray()).ToArray();

    // A handle with the empty password as its authorisation.
    private static TpmWriter Authorised(uint handle) => new TpmWriter().Number32(handle).Number32(9).Number32(TpmNumbers.Password).Number16(0).Number8(0).Number16(0);

    private static uint Handle(ReadOnlySpan<byte> answer) => new TpmReader(answer).Number32();

    private static TpmReader Parameters(ReadOnlySpan<byte> answer)
    {
        TpmReader reader = new(answer);
        reader.Number32();
        return reader;
    }

    private static uint Property(TpmChannel channel, uint property)
    {
        TpmReader answer = new(channel.Run(TpmNumbers.Capability, false, new TpmWriter().Number32(TpmNumbers.Properties).Number32(property).Number32(1).ToArray()));
        answer.Number8();
        answer.Number32();
        return answer.Number32() > 0 && answer.Number32() == property ? answer.Number32() : 0;
    }
}
