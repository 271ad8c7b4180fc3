using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using Devices.Bridge.Photos;
using Devices.Bridge.Store;

namespace Devices.Bridge.Privacy;

/// <summary>
/// Everything the bridge has about one person, as a ZIP archive: one JSON file a kind of record, the photos, and a page that says what is in it
/// and what is not (face templates: they lie sealed on terminals, and the bridge cannot read them).
/// </summary>
public sealed class PersonExport(IPrivacyStore store, IPhotoStore photos, PhotoVault vault)
{
    private const int MostPhotos = 100_000;

    private const string About =
        """
        This archive holds what the attendance bridge stores about one person: master data and its history, punches and where they were sent,
        corrections, consents, notices, photos, confirmations of erasure, and the audit log's rows about the person. Times are milliseconds since
        1970-01-01 UTC. Deliveries name the places (targets) that punches were sent to; what those store is theirs to give.

        Not in it: face templates, card numbers and PINs. They lie encrypted on the terminals; what the bridge passes between terminals is sealed
        with keys that only terminals hold, so it can neither be read nor given here (enrolled_at_sites.json names where). Backups hold the same
        records at an earlier time.

        本压缩包包含考勤桥接服务存储的某一人员的数据：主数据及其变更历史、打卡记录及推送去向、更正、同意书、通知、照片、删除确认，以及审计日志中与其相关的记录。
        时间为自 1970-01-01 UTC 起的毫秒数。不包含人脸模板、卡号与 PIN：它们加密保存在终端中，桥接服务无法读取。
        """;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the archive.</summary>
    public async Task WriteAsync(string person, Stream output, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyDictionary<string, object?>>> rows = await store.RowsOfAsync(person, cancellationToken);
        await using ZipArchive archive = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, null, cancellationToken);
        await PutAsync(archive, "README.txt", System.Text.Encoding.UTF8.GetBytes(About), cancellationToken);
        foreach ((string name, IReadOnlyList<IReadOnlyDictionary<string, object?>> of) in rows)
            await PutAsync(archive, $"{name}.json", JsonSerializer.SerializeToUtf8Bytes(of, Readable), cancellationToken);
        foreach (PhotoRow photo in await photos.OfPersonAsync(person, MostPhotos, cancellationToken))
            if (await vault.ReadAsync(photo.Sha256, cancellationToken) is { } picture) await PutAsync(archive, $"photos/{photo.Sha256}.jpg", picture, cancellationToken);
    }

    private static async Task PutAsync(ZipArchive archive, string name, byte[] bytes, CancellationToken cancellationToken)
    {
        await using Stream entry = await archive.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancellationToken);
        await entry.WriteAsync(bytes, cancellationToken);
    }
}
