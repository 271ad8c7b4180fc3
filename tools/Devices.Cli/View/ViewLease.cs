using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Terminal;

namespace Devices.Cli.View;

/// <summary>The view as the agent knows it: a connection that stays open. When the agent goes, it is opened again as soon as one answers.</summary>
public sealed class ViewLease(AgentClient agent, string account, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private HttpResponseMessage? _answer;
    private volatile string? _id;
    private volatile string _state = "agent";

    /// <summary>The view's id; null while there is none.</summary>
    public string? Id => _id;

    /// <summary>Why there is none: <c>agent</c> (does not answer) or <c>busy</c> (too many views).</summary>
    public string State => _state;

    /// <exception cref="CliException">The agent cannot be reached or refuses.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        HttpResponseMessage answer = await agent.OpenAsync(HttpMethod.Post, $"/view?by={Uri.EscapeDataString(account)}", null, Limit, cancellationToken);
        try
        {
            if ((int)answer.StatusCode == 429)
            {
                _state = "busy";
                throw new CliException(ExitCodes.ViewsOpen, "Two views are open on this terminal already.");
            }

            if ((int)answer.StatusCode == 404) throw new CliException(ExitCodes.AgentRefused, "This agent has no view.", "Update the agent: agent and tool must be of the same version.");
            if (!answer.IsSuccessStatusCode) throw new CliException(ExitCodes.AgentRefused, $"The agent refused the view (HTTP {(int)answer.StatusCode}).");
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timer.CancelAfter(Limit);
            string? line = await ReadLineAsync(await answer.Content.ReadAsStreamAsync(timer.Token), timer.Token);
            using var document = JsonDocument.Parse(line);
            _id = document.RootElement.GetProperty("view").GetString() ?? throw new JsonException("no id");
            _answer = answer;
        }
        catch (Exception fault)
        {
            answer.Dispose();
            if (fault is JsonException or KeyNotFoundException or InvalidOperationException)
                throw new CliException(ExitCodes.AgentRefused, "The agent's answer is not that of a view.", "Check that the socket is the agent's, and that agent and tool are of the same version.", fault);
            if (fault is IOException or HttpRequestException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
                throw new CliException(ExitCodes.AgentUnreachable, "The agent broke off while the view was opened.", inner: fault);
            throw;
        }
    }

    /// <summary>Holds the view, and opens it again after the agent went, until cancelled.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (_answer is null) await OpenAsync(cancellationToken);
                await WaitForEndAsync(_answer!, cancellationToken);
            }
            catch (CliException fault)
            {
                // The page says so; tried again below.
                if (fault.Code != ExitCodes.ViewsOpen) _state = "agent";
            }
            catch (Exception fault) when (fault is IOException or HttpRequestException)
            {
                // The agent was killed.
            }

            _id = null;
            _answer?.Dispose();
            if (_answer is not null) _state = "agent";
            _answer = null; // Whatever ended it: a new one is asked for.
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    public void Dispose() => _answer?.Dispose();

    private static async Task WaitForEndAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        Stream body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        byte[] nothing = new byte[64];
        while (await body.ReadAsync(nothing, cancellationToken) > 0)
        {
            // Nothing more is said; the end is what is waited for.
        }
    }

    // Byte by byte, so that nothing of the stream behind it is lost; the line is short.
    private static async Task<string> ReadLineAsync(Stream body, CancellationToken cancellationToken)
    {
        byte[] one = new byte[1];
        var line = new List<byte>();
        while (line.Count < 1024 && await body.ReadAsync(one, cancellationToken) == 1 && one[0] != (byte)'\n') line.Add(one[0]);
        return System.Text.Encoding.UTF8.GetString([.. line]);
    }
}
