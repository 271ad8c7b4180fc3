namespace Devices.Bridge.Web.Api;

/// <summary>A refusal as RFC 9457 describes it: <c>application/problem+json</c>.</summary>
/// <param name="Type">What kind of refusal: <c>about:blank</c>, the status says it.</param>
/// <param name="Detail">One sentence about this one, and what to do.</param>
public sealed record ApiProblem(string Type, string Title, int Status, string Detail)
{
    public const string MediaType = "application/problem+json";

    internal static IResult Of(int status, string detail) => Results.Json(Make(status, detail), ApiJson.Readable.ApiProblem, MediaType, status);

    internal static Task WriteAsync(HttpContext context, int status, string detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(Make(status, detail), ApiJson.Readable.ApiProblem, MediaType, context.RequestAborted);
    }

    private static ApiProblem Make(int status, string detail) => new("about:blank", Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status), status, detail);
}
