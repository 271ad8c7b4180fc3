using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Devices.Edge.Ledger.Tpm;

/// <summary>
/// A key, or a sealed secret, that only one TPM can open: the file holds it encrypted under that TPM's own storage key, and is of no use on
/// any other board. The form is the one of OpenSSL's providers and engines for TPM 2.0 ("ASN.1 Specification for TPM 2.0 Key Files",
/// James Bottomley; PEM label <c>TSS2 PRIVATE KEY</c>), so that Debian's tpm2-openssl reads it too.
/// </summary>
/// <param name="IsSealed">A sealed secret; else a signing key.</param>
/// <param name="Public">TPM2B_PUBLIC with its length.</param>
/// <param name="Private">TPM2B_PRIVATE with its length.</param>
public sealed record TpmKeyFile(bool IsSealed, byte[] Public, byte[] Private)
{
    private const string Label = "TSS2 PRIVATE KEY";
    private const string Loadable = "2.23.133.10.1.3", Sealed = "2.23.133.10.1.5";
    private const int PointBytes = 32;

    /// <summary>Whether the text is such a file; one that is damaged inside is, too.</summary>
    public static bool IsOne(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Contains($"-----BEGIN {Label}-----", StringComparison.Ordinal);
    }

    /// <summary>As <see cref="IsOne(string)"/>, for a file that may also hold bare bytes.</summary>
    public static bool IsOne(ReadOnlySpan<byte> contents) => contents.StartsWith("-----BEGIN TSS2 PRIVATE KEY-----"u8);

    /// <exception cref="TpmException">It is damaged, or wants what this product does not do (a password, a policy, a parent of its own).</exception>
    public static TpmKeyFile Parse(string pem, string what)
    {
        try
        {
            PemFields fields = PemEncoding.Find(pem);
            if (!pem[fields.Label].Equals(Label, StringComparison.Ordinal)) throw new CryptographicException();
            AsnReader all = new AsnReader(Convert.FromBase64String(pem[fields.Base64Data]), AsnEncodingRules.BER).ReadSequence();
            string kind = all.ReadObjectIdentifier();
            if (kind is not (Loadable or Sealed)) throw new TpmException(TpmFault.Damaged, $"{what} holds a TPM's key of a kind that is not used here ({kind}).");
            while (all.PeekTag() is { TagClass: TagClass.ContextSpecific } tag)
            {
                AsnReader inner = all.ReadSequence(tag);
                if (tag.TagValue != 0) throw new TpmException(TpmFault.Damaged, $"{what} holds a TPM's key with a policy or a parent of its own, which is not used here.");
                if (!inner.ReadBoolean()) throw new TpmException(TpmFault.Damaged, $"{what} holds a TPM's key with a password, which is not used here.");
            }

            if (!all.TryReadUInt32(out uint parent) || parent != TpmNumbers.Owner) throw new TpmException(TpmFault.Damaged, $"{what} holds a TPM's key under a parent that is not the owner's storage key.");
            byte[] open = all.ReadOctetString(), closed = all.ReadOctetString();
            return new(kind == Sealed, open, closed);
        }
        catch (TpmException)
        {
            throw;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or AsnContentException or CryptographicException)
        {
            throw new TpmException(TpmFault.Damaged, $"{what} is a damaged TPM key file.", fault);
        }
    }

    public string ToPem()
    {
        AsnWriter all = new(AsnEncodingRules.DER);
        using (all.PushSequence())
        {
            all.WriteObjectIdentifier(IsSealed ? Sealed : Loadable);
            using (all.PushSequence(new(TagClass.ContextSpecific, 0, isConstructed: true))) all.WriteBoolean(true);
            all.WriteInteger(TpmNumbers.Owner);
            all.WriteOctetString(Public);
            all.WriteOctetString(Private);
        }

        return PemEncoding.WriteString(Label, all.Encode()) + "\n";
    }

    /// <summary>The public point of a P-256 key, uncompressed: 04, x, y.</summary>
    /// <exception cref="TpmException">It is no P-256 key.</exception>
    public byte[] Point(string what)
    {
        TpmReader area = new(Public);
        area.Number16();
        if (area.Number16() != TpmNumbers.Ecc) throw Other();
        area.Number16();
        area.Number32();
        area.Sized();
        if (area.Number16() != TpmNumbers.Nothing) throw Other();
        // A key that says by itself how it signs names its hash too.
        if (area.Number16() != TpmNumbers.Nothing) area.Number16();
        if (area.Number16() != TpmNumbers.P256 || area.Number16() != TpmNumbers.Nothing) throw Other();
        byte[] x = area.Sized(), y = area.Sized();
        if (x.Length > PointBytes || y.Length > PointBytes) throw Other();
        byte[] point = new byte[1 + PointBytes * 2];
        point[0] = 4;
        x.CopyTo(point, 1 + PointBytes - x.Length);
        y.CopyTo(point, point.Length - y.Length);
        return point;

        TpmException Other() => new(TpmFault.Damaged, $"{what} holds a TPM's key that is not a P-256 key.");
    }
}
