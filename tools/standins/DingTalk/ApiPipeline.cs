using System.Text;

namespace Devices.Standins.DingTalk;

/// <summary>
/// What every API call goes through, in the platform's order: network faults, token, per-second limit, address,
/// permission, month, then the API itself, then the faults after it.
/// </summary>
internal sealed class ApiPipeline(Cloud cloud)
{
    private const string IpBanPage =
        "<!DOCTYPE html><html><head><title>405</title></head><body><h1>Sorry, your request has been blocked</h1>"
        + "<p>Too many requests from this address. Try again in 5 minutes.</p></body></html>";

    private const string IpBanJson = """{"status":1111,"wait":5,"source":"x5","punish":"deny"}""";

    public async Task RunAsync(HttpContext context, Api api)
    {
        var fields = await CallFields.ReadAsync(context.Request, context.RequestAborted);
        IReadOnlyList<FaultRequest> faults;
        lock (cloud.Gate)
        {
            cloud.Calls[api.Name].Received++;
            faults = cloud.Faults.Take(api.Name);
        }

        await DelayAsync(faults, after: false, context.RequestAborted);
        if (await InterceptAsync(context, api, faults, after: false))
        {
            return;
        }

        Reply reply;
        lock (cloud.Gate)
        {
            reply = new ApiJudge(cloud, api, faults).Answer(new(context.Request, fields, faults));
            Count(api, reply);
        }

        await DelayAsync(faults, after: true, context.RequestAborted);
        if (!await InterceptAsync(context, api, faults, after: true))
        {
            context.Response.StatusCode = reply.Status;
            await WriteAsync(context, reply.Body.ToJsonString(Json.Options), "application/json; charset=utf-8");
        }
    }

    private static async Task DelayAsync(IReadOnlyList<FaultRequest> faults, bool after, CancellationToken cancellationToken)
    {
        foreach (var fault in faults.Where(f => f.Kind == FaultKind.Delay && f.AfterRecording == after))
        {
            // The client waits in real time, so this does not follow the cloud's (possibly played) clock.
            await Task.Delay(fault.DelayMs, CancellationToken.None).WaitAsync(cancellationToken);
        }
    }

    private async Task<bool> InterceptAsync(HttpContext context, Api api, IReadOnlyList<FaultRequest> faults, bool after)
    {
        foreach (var fault in faults)
        {
            switch (fault.Kind)
            {
                case FaultKind.CloseBeforeRecording when !after:
                    Fail(api, after, "closed");
                    context.Abort();
                    return true;
                case FaultKind.CloseAfterRecording when after:
                    Fail(api, after, "closed after");
                    context.Abort();
                    return true;
                case FaultKind.IpBan when !after:
                    Fail(api, after, "ip ban");
                    context.Response.StatusCode = 200;
                    await WriteAsync(context, fault.Json ? IpBanJson : IpBanPage, fault.Json ? "application/json" : "text/html; charset=utf-8");
                    return true;
                case FaultKind.HttpError when fault.AfterRecording == after:
                    Fail(api, after, $"HTTP {fault.Status}");
                    context.Response.StatusCode = fault.Status!.Value;
                    await WriteAsync(context, $"<html><body><h1>{fault.Status}</h1></body></html>", "text/html; charset=utf-8");
                    return true;
            }
        }

        return false;
    }

    private void Count(Api api, Reply reply)
    {
        var count = cloud.Calls[api.Name];
        if (reply.Error is null)
        {
            count.Succeeded++;
            return;
        }

        count.Failed++;
        count.Throttled += reply.Throttled ? 1 : 0;
        count.LastError = reply.Error;
    }

    private void Fail(Api api, bool after, string what)
    {
        lock (cloud.Gate)
        {
            var count = cloud.Calls[api.Name];
            count.Failed += after ? 0 : 1;
            count.LastError = what;
        }
    }

    private static async Task WriteAsync(HttpContext context, string text, string type)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
