using System.Buffers.Binary;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Devices.FleetLoad.Soak;

/// <summary>
/// A collector for one process' own metrics (OTLP over HTTP, opentelemetry-proto 1.x): keeps the last size of its GC heap
/// (<c>dotnet.gc.last_collection.heap.size</c>, the sum over generations) and nothing else.
/// </summary>
internal sealed class HeapCollector : IAsyncDisposable
{
    private const string Metric = "dotnet.gc.last_collection.heap.size";
    private readonly WebApplication _app;
    private long _bytes;

    private HeapCollector(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public long? Bytes => Volatile.Read(ref _bytes) is > 0 and var bytes ? bytes : null;

    public static async Task<HeapCollector> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        HeapCollector collector = new(builder.Build());
        collector._app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using MemoryStream body = new();
            await request.Body.CopyToAsync(body);
            if (signal == "metrics" && Sum(body.ToArray()) is > 0 and var bytes) Volatile.Write(ref collector._bytes, bytes);
            return Results.Bytes([], "application/x-protobuf");
        });
        await collector._app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // ExportMetricsServiceRequest.resource_metrics(1) / scope_metrics(2) / metrics(2)
    private static long Sum(byte[] request)
    {
        long sum = 0;
        foreach (ReadOnlyMemory<byte> resource in Fields(request, 1))
            foreach (ReadOnlyMemory<byte> scope in Fields(resource, 2))
                foreach (ReadOnlyMemory<byte> metric in Fields(scope, 2))
                    if (Fields(metric, 1).Any(name => Encoding.UTF8.GetString(name.Span) == Metric)) sum += Points(metric);
        return sum;
    }

    // gauge(5) or sum(7) / data_points(1) / as_double(4) or as_int(6)
    private static long Points(ReadOnlyMemory<byte> metric)
    {
        long sum = 0;
        foreach (ReadOnlyMemory<byte> data in Fields(metric, 5).Concat(Fields(metric, 7)))
            foreach (ReadOnlyMemory<byte> point in Fields(data, 1))
            {
                foreach (ReadOnlyMemory<byte> whole in Fields(point, 6)) sum += BinaryPrimitives.ReadInt64LittleEndian(whole.Span);
                foreach (ReadOnlyMemory<byte> real in Fields(point, 4)) sum += (long)BinaryPrimitives.ReadDoubleLittleEndian(real.Span);
            }

        return sum;
    }

    // The values of one field: a length-delimited one's bytes, a fixed one's eight or four.
    private static IEnumerable<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int wanted)
    {
        for (int at = 0; at < message.Length;)
        {
            (long tag, at) = Varint(message.Span, at);
            int length;
            switch (tag & 7)
            {
                case 0: (_, at) = Varint(message.Span, at); continue;
                case 1: length = 8; break;
                case 5: length = 4; break;
                case 2: (long size, at) = Varint(message.Span, at); length = (int)size; break;
                default: yield break;
            }

            if (tag >> 3 == wanted) yield return message.Slice(at, length);
            at += length;
        }
    }

    private static (long Value, int At) Varint(ReadOnlySpan<byte> from, int at)
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte one = from[at++];
            value |= (long)(one & 0x7f) << shift;
            if ((one & 0x80) == 0) return (value, at);
        }
    }
}
