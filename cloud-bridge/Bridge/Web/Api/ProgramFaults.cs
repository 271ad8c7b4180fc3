using Devices.Bridge.Store;
using Microsoft.AspNetCore.Diagnostics;

namespace Devices.Bridge.Web.Api;

/// <summary>What a program gets where the bridge itself fails: a sentence in the form of its other answers, and not the page for people.</summary>
internal sealed class ProgramFaults(ILogger<ProgramFaults> log) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // The request's own path is that of the error page by now.
        PathString path = httpContext.Features.Get<IExceptionHandlerPathFeature>()?.Path ?? httpContext.Request.Path;
        if (WebSetup.IsPage(path)) return false;
        bool store = exception is StoreUnavailableException;
        string sentence = store
            ? "The bridge's store does not answer now: ask again later."
            : $"The bridge failed at this request. Its log has the reason under {httpContext.TraceIdentifier}.";
        log.LogError(exception, "{Method} {Path} failed ({Trace}).", httpContext.Request.Method, path, httpContext.TraceIdentifier);
        httpContext.Response.StatusCode = store ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError;
        if (path.StartsWithSegments("/.well-known", StringComparison.OrdinalIgnoreCase)) await httpContext.Response.WriteAsync(sentence + "\n", cancellationToken);
        else await ApiProblem.WriteAsync(httpContext, httpContext.Response.StatusCode, sentence);
        return true;
    }
}
