using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Devices.Bridge.Tests.Kit;
using Microsoft.AspNetCore.Http;

namespace Devices.Bridge.Tests.Targets;

/// <summary>
/// Somebody's real HTTP receiver. It verifies what it gets by an HMAC of its own (RFC 2104 on a bare hash), refuses what was signed more
/// than five minutes ago, and keeps each id once.
/// </summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Received> _calls = [];
    private readonly Queue<Func<HttpContext, bool, Task>> _answers = [];
    private SmallWeb _web = null!;

    private WebhookReceiver()
    {
    }

    public Uri Address => new(_web.Address, "/hook?tenant=7");

    /// <summary>Secrets it accepts, as <c>whsec_…</c>.</summary>
    public List<string> Secrets { get; } = [];

    public IReadOnlyList<Received> Calls
    {
        get
        {
            lock (_gate) return [.. _calls];
        }
    }

    /// <summary>What it took: each id once.</summary>
    public IReadOnlyList<Received> Taken => [.. Calls.Where(c => c.Valid && c.Kept).DistinctBy(c => c.Id)];

    public static async Task<WebhookReceiver> StartAsync(params string[] secrets)
    {
        WebhookReceiver receiver = new();
        receiver.Secrets.AddRange(secrets);
        receiver._web = await SmallWeb.StartAsync(receiver.TakeAsync);
        return receiver;
    }

    /// <summary>How the next calls are answered, one each; after them 204. The flag says whether the call was to be kept before it was answered so.</summary>
    public void Answer(params ReadOnlySpan<Func<HttpContext, Task>> answers)
    {
        lock (_gate)
            foreach (var answer in answers) _answers.Enqueue((c, _) => answer(c));
    }

    public static Func<HttpContext, Task> Status(int status, string? body = null, params (string Name, string Value)[] headers) => async context =>
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        if (body is not null) await context.Response.WriteAsync(body);
    };

    public static Task Hang(HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

    public static Task Close(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        IHeaderDictionary headers = context.Request.Headers;
        string id = headers["webhook-id"].ToString(), timestamp = headers["webhook-timestamp"].ToString(), signatures = headers["webhook-signature"].ToString();
        bool valid = context.Request.Method == "POST" && long.TryParse(timestamp, out long seconds)
            && Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds) <= 300
            && Secrets.Any(s => signatures.Split(' ').Contains("v1," + Sign(s, id, timestamp, body.ToArray())));
        Func<HttpContext, bool, Task>? answer;
        lock (_gate)
        {
            _calls.Add(new(id, timestamp, signatures, Encoding.UTF8.GetString(body.ToArray()), headers.ContentType.ToString(), context.Request.Path + context.Request.QueryString, valid, true));
            _answers.TryDequeue(out answer);
        }

        if (answer is not null) await answer(context, valid);
        else context.Response.StatusCode = valid ? 204 : 401;
    }

    /// <summary>HMAC-SHA256 as RFC 2104 writes it, not the product's.</summary>
    public static string Sign(string secret, string id, string timestamp, byte[] body)
    {
        byte[] key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] inner = new byte[64], outer = new byte[64];
        for (int i = 0; i < 64; i++)
        {
            byte k = i < key.Length ? key[i] : (byte)0;
            (inner[i], outer[i]) = ((byte)(k ^ 0x36), (byte)(k ^ 0x5c));
        }

        byte[] text = [.. Encoding.ASCII.GetBytes($"{id}.{timestamp}."), .. body];
        return Convert.ToBase64String(SHA256.HashData([.. outer, .. SHA256.HashData([.. inner, .. text])]));
    }
}

internal sealed record Received(string Id, string Timestamp, string Signatures, string Body, string ContentType, string Path, bool Valid, bool Kept)
{
    public JsonNode Json => JsonNode.Parse(Body)!;
}
