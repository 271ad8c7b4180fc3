using System.Net.Http.Json;

namespace Devices.Bridge.Delivery.DingTalk;

/// <summary>
/// Calls of the old API with the token in the address, as it must be. A refused token is renewed once and the call made
/// again, which is safe: the token is judged before the call does anything.
/// </summary>
public sealed class DingTalkClient(DingTalkOptions options, DingTalkHttp http, AccessTokenSource tokens)
{
    /// <summary>Posts a JSON body to a path such as <c>topapi/attendance/record/upload</c>.</summary>
    public async Task<Answer> CallAsync(string path, Dictionary<string, object> body, CancellationToken cancellationToken)
    {
        string? refused = null;
        for (int attempt = 1; ; attempt++)
        {
            var (token, failure) = await tokens.GetAsync(refused, cancellationToken);
            if (token is null) return Answer.Failure(failure! with { NeverCalled = refused is null });
            using JsonContent content = JsonContent.Create(body);
            // Without a length the request would go out chunked, which the old gateway is not known to take.
            await content.LoadIntoBufferAsync(cancellationToken);
            Answer answer = await http.PostAsync(path, options.Oapi($"{path}?access_token={Uri.EscapeDataString(token)}"), content, cancellationToken);
            if (answer.Outcome.Reason != TokenReason || attempt > 1) return answer;
            refused = token;
        }
    }

    private const string TokenReason = "reason.token";
}
