using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Ledger.Store;

namespace Devices.Edge.Agent.View;

/// <summary>
/// The views that are open: two at most, each told in the log and sent up as an event, since whoever looks sees people's faces. Thread-safe.
/// </summary>
public sealed class ViewDesk(ViewTap tap, PeopleStore people, EventOutbox events, Narration narration, Func<ViewFacts> facts, TimeProvider time)
{
    /// <summary>Views open at the same time.</summary>
    public const int Most = 2;

    /// <summary>Kind of the event.</summary>
    public const string Event = "view-opened";

    private const int Lines = 8;

    // With no frame for so long the page gets the reason instead.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly ViewJson Json = new(new JsonSerializerOptions(ViewJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _open = new(StringComparer.Ordinal);

    /// <summary>Opens a view; null where there are <see cref="Most"/>.</summary>
    /// <param name="account">Who says to have asked; goes into the local log only.</param>
    public string? Open(string? account)
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        lock (_gate)
        {
            if (_open.Count >= Most) return null;
            _open.Add(id, time.GetTimestamp());
        }

        string who = Plain(account) is { } name ? $" by {name}" : "";
        narration.Warn("view", $"The debug view was opened{who}: whoever looks sees the camera's picture and people's faces live. Nothing of it is stored.");
        try
        {
            events.Add(Event, "The debug view was opened at the terminal: whoever looks sees the camera's picture and people's faces live.", security: true);
        }
        catch (LedgerException fault)
        {
            narration.Warn("view", $"That the debug view was opened could not be reported to the operators: {fault.Message}");
        }

        return id;
    }

    public void Close(string id)
    {
        long since;
        lock (_gate)
        {
            if (!_open.Remove(id, out since)) return;
        }

        narration.Tell("view", string.Create(CultureInfo.InvariantCulture, $"The debug view was closed after {time.GetElapsedTime(since).TotalMinutes:0.0} minutes."));
    }

    public bool Has(string id)
    {
        lock (_gate) return _open.ContainsKey(id);
    }

    /// <summary>
    /// The next frame with what was found in it: length of the JSON (32 bits, big endian), JSON of <see cref="ViewAnswer"/>, JPEG to the
    /// end. In one piece, so that boxes never lie over another frame. Without a frame for a second the JPEG is empty.
    /// </summary>
    public async Task<byte[]> PacketAsync(CancellationToken cancellationToken)
    {
        ViewFrame? frame = await tap.NextAsync(Patience, cancellationToken).ConfigureAwait(false);
        // The view's own lines would fill the page with themselves.
        IEnumerable<NarrationEvent> lines = narration.Recent.Reverse().Where(l => l.Kind != "view").Take(Lines);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(ViewOverlay.Of(frame, facts(), tap.Decisions, lines, NameOf), Json.ViewAnswer);
        byte[] jpeg = frame?.Jpeg() ?? [];
        byte[] packet = new byte[4 + json.Length + jpeg.Length];
        BinaryPrimitives.WriteInt32BigEndian(packet, json.Length);
        json.CopyTo(packet, 4);
        jpeg.CopyTo(packet, 4 + json.Length);
        return packet;
    }

    private string NameOf(string person)
    {
        try
        {
            return people.Find(person)?.Name ?? person;
        }
        catch (GalleryException)
        {
            return person;
        }
    }

    // Told by the caller, so nothing to rely on, and nothing that could write a line of its own into the log.
    private static string? Plain(string? account) =>
        account is { Length: > 0 and <= 32 } && account.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@') ? account : null;
}
