using System.Net;
using System.Net.Http.Headers;
using Devices.Cli.App;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Models;

/// <summary>One file from an https address; a part left by an interrupted run is continued with a Range request.</summary>
public sealed class HttpsDownload(Func<HttpMessageHandler> handler)
{
    /// <summary>Longest silence in the middle of a download.</summary>
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(60);

    public async Task FetchAsync(PackFile file, string to, Action<long> progress, CancellationToken cancellationToken)
    {
        Uri address = file.Source.Https!;
        string part = to + ".part";
        using var client = new HttpClient(handler()) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            long have = File.Exists(part) ? new FileInfo(part).Length : 0;
            if (have >= file.Bytes) have = 0;
            using HttpResponseMessage answer = await SendAsync(client, address, have, cancellationToken);
            if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
                throw new CliException(ExitCodes.SourceMissing, $"{address} does not exist (HTTP {(int)answer.StatusCode}).");
            if (!answer.IsSuccessStatusCode)
                throw new CliException(ExitCodes.DownloadFailed, $"{address.Host} answered HTTP {(int)answer.StatusCode} for {file.Path}.");
            bool continues = answer.StatusCode == HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange?.From == have;
            await using (var stream = new FileStream(part, continues ? FileMode.Append : FileMode.Create, FileAccess.Write))
                await CopyAsync(answer, stream, file, progress, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new CliException(ExitCodes.DownloadFailed, $"{file.Path} cannot be fetched from {address.Host}: {e.InnerException?.Message ?? e.Message}", inner: e);
        }
        catch (IOException e) when (e is not FileNotFoundException && e.HResult != 28)
        {
            throw new CliException(ExitCodes.DownloadFailed, $"The download of {file.Path} from {address.Host} broke off: {e.Message}", inner: e);
        }

        File.Move(part, to, overwrite: true);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, Uri address, long from, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(Stall);
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timer.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.DownloadFailed, $"{address.Host} did not answer within {Stall.TotalSeconds:0} seconds.", inner: e);
        }
    }

    private static async Task CopyAsync(HttpResponseMessage answer, FileStream to, PackFile file, Action<long> progress, CancellationToken cancellationToken)
    {
        await using Stream from = await answer.Content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = new byte[128 * 1024];
        while (true)
        {
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timer.CancelAfter(Stall);
            int read;
            try
            {
                read = await from.ReadAsync(buffer, timer.Token);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new CliException(ExitCodes.DownloadFailed, $"The download of {file.Path} stood still for {Stall.TotalSeconds:0} seconds.", inner: e);
            }

            if (read == 0) break;
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            progress(to.Length);
            // More than the manifest says is a wrong file; there is no point in filling the disk with it.
            if (to.Length > file.Bytes) break;
        }

        if (to.Length < file.Bytes)
            throw new CliException(ExitCodes.DownloadFailed, $"The download of {file.Path} ended after {to.Length} of {file.Bytes} bytes.");
    }
}
