using System.Text.Json;
using System.Text.Json.Nodes;

namespace Devices.Standins.Frappe;

/// <summary>A refusal as Frappe answers it: HTTP status of the exception's class, <c>exc_type</c>, traceback and messages as JSON text inside JSON.</summary>
public sealed class FrappeException(int status, string type, string message) : Exception(message)
{
    public int Status => status;

    public JsonObject ToJson() => new()
    {
        ["exception"] = $"frappe.exceptions.{type}: {Message}",
        ["exc_type"] = type,
        ["exc"] = JsonSerializer.Serialize((string[])[$"Traceback (most recent call last):\n  File \"apps/frappe/frappe/app.py\", line 114, in application\nfrappe.exceptions.{type}: {Message}\n"]),
        ["_server_messages"] = JsonSerializer.Serialize((string[])[JsonSerializer.Serialize(new { message = Message, title = "Message", indicator = "red", raise_exception = 1 })]),
    };
}
