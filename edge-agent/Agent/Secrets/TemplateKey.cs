using System.Security.Cryptography;
using System.Text;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Edge.Agent.Secrets;

/// <summary>
/// The 32 bytes under which face templates and waiting photos are encrypted on this board. Where the board has a TPM, <c>templates.key</c> holds
/// them sealed, as only that TPM opens them; else in clear, mode 0600.
/// </summary>
/// <remarks>
/// A TPM that is gone, cleared or exchanged locks the key and nothing else: people, cards, PINs and punches are not under it, so the terminal goes
/// on with cards and PINs. Card marks (see <see cref="TemplateVault.MarkOf"/>) are for the same reason under a key of their own, in <c>marks.key</c>.
/// </remarks>
public sealed class TemplateKey : IDisposable
{
    private const int Bytes = 32;
    private const string What = "the key of the face templates";
    private readonly byte[]? _key;
    private readonly byte[] _marks;

    private TemplateKey(byte[]? key, byte[] marks, string place, string? locked, string? note) => (_key, _marks, Place, Locked, Note) = (key, marks, place, locked, note);

    /// <summary><c>tpm</c> or <c>file</c>.</summary>
    public string Place { get; }

    /// <summary>Why templates cannot be read now, in a sentence; null where they can.</summary>
    public string? Locked { get; }

    /// <summary>What was done about it, or could not be done, in a sentence; null for nothing.</summary>
    public string? Note { get; }

    public bool IsLocked => _key is null;

    /// <summary>The key itself.</summary>
    /// <exception cref="GalleryException">It is locked.</exception>
    public ReadOnlySpan<byte> Key => _key ?? throw new GalleryException(Locked!);

    public ReadOnlySpan<byte> Marks => _marks;

    /// <param name="tpm">The board's TPM; null where it has none, or is to be left aside.</param>
    /// <param name="sealExisting">Whether a key that lies in clear is sealed: only where somebody has named the TPM, since a version of before TPMs, gone back to, could not open it.</param>
    /// <exception cref="GalleryException">The file is damaged, or cannot be read or made.</exception>
    public static TemplateKey Open(string file, BoardTpm? tpm, bool sealExisting = false)
    {
        // In a TPM's care from the first moment: in clear it was never on the disk.
        string? unsealed = null;
        if (tpm is not null && !File.Exists(file))
        {
            TemplateKey born = Seal(file, RandomNumberGenerator.GetBytes(Bytes), tpm, replaces: false);
            if (born.Place == "tpm") return born;
            unsealed = born.Note;
            born.Dispose();
        }

        byte[] contents = SecretFile.ReadOrCreate(file, () => RandomNumberGenerator.GetBytes(Bytes), What);
        if (TpmKeyFile.IsOne(contents)) return Unsealed(file, contents, tpm ?? BoardTpm.Standard);
        if (contents.Length != Bytes)
            throw new GalleryException($"The key of the face templates {file} has {contents.Length} bytes instead of 32; put the right file back, or move it away and enrol everybody again.");
        return tpm is null || !sealExisting || unsealed is not null ? new(contents, MarksOf(contents), "file", null, unsealed) : Seal(file, contents, tpm, replaces: true);
    }

    public void Dispose()
    {
        if (_key is not null) CryptographicOperations.ZeroMemory(_key);
        CryptographicOperations.ZeroMemory(_marks);
    }

    private static TemplateKey Seal(string file, byte[] secret, BoardTpm tpm, bool replaces)
    {
        byte[] marks = MarksOf(secret);
        try
        {
            string text = tpm.Seal(secret).ToPem();
            // Proved before the only other copy goes.
            byte[] back = tpm.Unseal(TpmKeyFile.Parse(text, file));
            bool same = CryptographicOperations.FixedTimeEquals(back, secret);
            CryptographicOperations.ZeroMemory(back);
            if (!same) return new(secret, marks, "file", null, $"The TPM at {tpm.Address} does not give back what it sealed: the key of the face templates is in its file, mode 0600.");
            if (!File.Exists(MarksFile(file))) SecretFile.Replace(MarksFile(file), marks);
            SecretFile.Replace(file, Encoding.ASCII.GetBytes(text));
            return new(secret, SecretFile.ReadOrCreate(MarksFile(file), () => marks, "the key of the card marks"), "tpm", null,
                replaces ? $"The key of the face templates is sealed in the TPM at {tpm.Address} from now on. What a copy of this disk from before holds stays readable." : null);
        }
        catch (TpmException fault)
        {
            return new(secret, marks, "file", null, $"The key of the face templates is in its file, mode 0600, and not in the TPM: {fault.Message}");
        }
    }

    private static TemplateKey Unsealed(string file, byte[] contents, BoardTpm tpm)
    {
        // Without its file (somebody moved it away) marks of departed cards are not found again; nothing else depends on them.
        byte[] marks = SecretFile.ReadOrCreate(MarksFile(file), () => RandomNumberGenerator.GetBytes(Bytes), "the key of the card marks");
        try
        {
            byte[] key = tpm.Unseal(TpmKeyFile.Parse(Encoding.ASCII.GetString(contents), file));
            return key.Length == Bytes ? new(key, marks, "tpm", null, null)
                : throw new TpmException(TpmFault.Damaged, $"{file} holds {key.Length} bytes instead of 32.");
        }
        catch (TpmException fault)
        {
            string remedy = fault.Fault is TpmFault.Foreign or TpmFault.Damaged
                ? $"If that TPM does not come back, move {file} away and enrol everybody again; a site's other terminals bring the people they know."
                : "It is tried again every half minute.";
            return new(null, marks, "tpm", $"Face templates are locked: {fault.Message} Cards and PINs work, punches are kept. {remedy}", null);
        }
    }

    private static string MarksFile(string file) => Path.Combine(Path.GetDirectoryName(file)!, "marks.key");

    private static byte[] MarksOf(byte[] key) => HKDF.DeriveKey(HashAlgorithmName.SHA256, key, Bytes, info: "devices.card-marks.1"u8.ToArray());
}
