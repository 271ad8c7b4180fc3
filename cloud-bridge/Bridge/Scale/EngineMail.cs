using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Scale;

/// <summary>A batch on its way to a writer.</summary>
/// <param name="Id">Of this one attempt; the answer names it.</param>
/// <param name="Answer">Where the ingest node listens.</param>
public sealed record EngineRequest(string Id, string Answer, PunchBatch Batch);

/// <summary>
/// What goes over the engine, and the proof that a node of this bridge wrote it: HMAC-SHA256 (RFC 2104) with a secret that lies in the database. So
/// whoever can publish on the engine and is not one of the nodes can neither bring a punch in nor tell a terminal that one is stored.
/// </summary>
public sealed class EngineMail(INodeStore nodes) : IDisposable
{
    public const string IdHeader = "Devices-Id";
    public const string AnswerHeader = "Devices-Answer";
    public const string ProofHeader = "Devices-Proof";

    private readonly SemaphoreSlim _one = new(1);
    private byte[]? _key;

    /// <summary>Reads the secret, or makes it; before anything else here.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_key is not null) return;
        await _one.WaitAsync(cancellationToken);
        try
        {
            _key ??= await nodes.EngineKeyAsync(cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The engine's own key against doubles: the same punches in the same bytes are the same message.</summary>
    public static string MessageId(PunchBatch batch, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(payload, hash);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{batch.Terminal}/{batch.Ledger:D}/{batch.Punches[0].Seq}-{batch.Punches[^1].Seq}/{Convert.ToHexStringLower(hash[..8])}");
    }

    public string Prove(string id, string answer, ReadOnlySpan<byte> payload) => Proof($"in\n{id}\n{answer}\n", payload);

    /// <summary>A batch as a writer got it; null with the reason where it is none of this bridge's.</summary>
    public EngineRequest? Read(string? id, string? answer, string? proof, byte[]? payload, out string why)
    {
        if (id is null || answer is null || proof is null || payload is null)
        {
            why = "it lacks a header";
            return null;
        }
        if (!Same(proof, Prove(id, answer, payload)))
        {
            why = "no node of this bridge has written it";
            return null;
        }
        if (!ContractCodec.TryRead(payload, ContractJson.Default.PunchBatch, out PunchBatch? batch, out Problem? problem) || batch!.Punches.Count == 0)
        {
            why = problem?.Text ?? "it holds no punch";
            return null;
        }
        why = "";
        return new(id, answer, batch);
    }

    /// <summary>The answer to a batch that is committed, or refused by the store's rules.</summary>
    public byte[] WriteAnswer(string id, IngestResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        LedgerMark mark = result.Mark;
        return JsonSerializer.SerializeToUtf8Bytes(new Told(
            id, mark.Terminal, mark.Ledger, mark.Through, PunchChain.ToHex(mark.Chain), mark.Forked, mark.Problem, mark.LastGoodAt, result.Added, result.Repeated, result.Problem?.Code, result.Problem?.Text));
    }

    public string ProveAnswer(ReadOnlySpan<byte> answer) => Proof("out\n", answer);

    /// <summary>An answer as the ingest node got it; null where no node of this bridge has written it.</summary>
    public (string Id, IngestResult Result)? ReadAnswer(string? proof, byte[]? payload)
    {
        if (proof is null || payload is null || !Same(proof, ProveAnswer(payload))) return null;
        Told told = JsonSerializer.Deserialize<Told>(payload)!;
        return (told.Id, new(
            new(told.Terminal, told.Ledger, told.Through, Convert.FromHexString(told.Chain), told.Forked, told.Stopped) { LastGoodAt = told.LastGoodAt }, told.Added, told.Repeated,
            told.Code is null ? null : new Problem { Code = told.Code, Text = told.Text ?? "" }));
    }

    public void Dispose() => _one.Dispose();

    private static bool Same(string one, string other) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(one), Encoding.ASCII.GetBytes(other));

    private string Proof(string head, ReadOnlySpan<byte> body)
    {
        using IncrementalHash hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key ?? throw new InvalidOperationException("The engine's secret is read first."));
        hash.AppendData(Encoding.UTF8.GetBytes(head));
        hash.AppendData(body);
        return Convert.ToBase64String(hash.GetHashAndReset());
    }

    private sealed record Told(
        string Id, string Terminal, Guid Ledger, long Through, string Chain, bool Forked, string? Stopped, long? LastGoodAt, int Added, int Repeated, string? Code, string? Text);
}
