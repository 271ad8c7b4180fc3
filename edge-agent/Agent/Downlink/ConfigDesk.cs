using System.Text.Json;
using System.Text.Json.Serialization;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Secrets;

namespace Devices.Edge.Agent.Downlink;

/// <summary><c>configuration</c> of <c>GET /status</c>.</summary>
/// <param name="Revision">Of the bridge's wishes that are held here; 0 for none.</param>
/// <param name="Wished">What the bridge wishes.</param>
/// <param name="Pinned">Keys that the environment or the command line holds against the bridge.</param>
public sealed record ConfigStatus(long Revision, IReadOnlyDictionary<string, string> Wished, IReadOnlyDictionary<string, string> InForce, IReadOnlyDictionary<string, string> Refused, IReadOnlyList<string> AtRestart, IReadOnlyList<string> Pinned);

/// <summary>
/// The bridge's wishes about settings. They lie in a file of their own, written whole or not at all: neither ledger nor gallery is opened for
/// them, whatever happens here (thingsboard-gateway#2124). Each value is judged by itself, by the rules of both ends and by the configuration's own; one that
/// cannot be taken is told and costs none of the others. A damaged file is set aside, and the bridge asked again.
/// </summary>
public sealed class ConfigDesk
{
    private readonly string _file;
    private readonly SettingsSource _source;
    private readonly LiveSettings _live;
    private readonly AgentOptions _own;
    private readonly Narration _narration;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _atStart = new(StringComparer.Ordinal);
    private Held _held = new(0, "", []);
    private Dictionary<string, string> _inForce = new(StringComparer.Ordinal);
    private Dictionary<string, string> _refused = new(StringComparer.Ordinal);

    /// <param name="options">As read at start, with source and live settings.</param>
    public ConfigDesk(AgentOptions options, Narration narration)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_file, _source, _live, _narration) = (options.WishesFile, options.Source, options.Live ?? new(), narration);
        _own = options with { Live = null };
        Load();
        foreach (ConfigSetting setting in ConfigRules.All) _atStart[setting.Key] = _inForce[setting.Key];
    }

    /// <summary>Raised after values came into force, with their keys.</summary>
    public event Action<IReadOnlyList<string>>? Changed;

    /// <summary>For hello and <c>applied</c>.</summary>
    public ConfigApplied State()
    {
        lock (_gate) return new() { Revision = _held.Revision, Digest = _held.Digest, Settings = Running(), Refused = new(_refused, StringComparer.Ordinal), AtRestart = AtRestart() };
    }

    public ConfigStatus Status()
    {
        lock (_gate) return new(_held.Revision, _held.Settings, Running(), _refused, AtRestart(), [.. _source.Pinned.Where(one => ConfigRules.Find(one) is not null).Order(StringComparer.Ordinal)]);
    }

    /// <summary>Takes the wishes in: durable first, in force then. Wishes that cannot be kept are not followed either.</summary>
    /// <returns>Null, or one sentence why nothing of it was taken.</returns>
    public string? Take(ConfigMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (ConfigRules.Check(message) is { } fault)
        {
            _narration.Warn("config", $"A configuration of the bridge was not taken: {fault}");
            return fault;
        }

        List<string> changed;
        lock (_gate)
        {
            if (message.Digest == _held.Digest && message.Revision == _held.Revision) return null;
            Held next = new(message.Revision, message.Digest, message.Settings);
            try
            {
                SecretFile.Replace(_file, JsonSerializer.SerializeToUtf8Bytes(next, HeldJson.Default.Held));
            }
            catch (GalleryException failed)
            {
                _narration.Warn("config", $"The bridge's configuration could not be kept, and is not followed: {failed.Message}");
                return failed.Message;
            }

            changed = Follow(next);
        }

        Tell(message.Revision, changed);
        if (changed.Count > 0) Changed?.Invoke(changed);
        return null;
    }

    private void Load()
    {
        Held held = new(0, "", []);
        try
        {
            if (File.Exists(_file)) held = JsonSerializer.Deserialize(File.ReadAllBytes(_file), HeldJson.Default.Held) is { Digest: not null, Settings: not null } read && read.Settings.All(one => one.Value is not null) ? read : throw new JsonException();
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            string aside = _file + ".damaged";
            _narration.Warn("config", $"The bridge's wishes in {_file} cannot be read: the file was set aside as {Path.GetFileName(aside)}, this terminal's own configuration holds until the bridge has told them again.");
            Quietly(() => File.Move(_file, aside, overwrite: true));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _narration.Warn("config", $"The bridge's wishes in {_file} cannot be read ({fault.Message}): this terminal's own configuration holds until the bridge has told them again.");
        }

        Follow(held);
        if (held.Revision > 0) _narration.Tell("config", $"The bridge's configuration {held.Revision} holds: {(held.Settings.Count == 0 ? "no wishes" : string.Join(", ", held.Settings.Keys.Order(StringComparer.Ordinal)))}{(_refused.Count > 0 ? $"; refused: {string.Join(" ", _refused.Values)}" : "")}.");
    }

    // The keys whose value in force is another one now.
    private List<string> Follow(Held held)
    {
        Dictionary<string, string> taken = new(StringComparer.OrdinalIgnoreCase), refused = new(StringComparer.Ordinal);
        AgentOptions options = _own;
        foreach ((string key, string value) in held.Settings.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            if ((ConfigRules.Check(key, value) ?? Pinned(key)) is { } fault)
            {
                refused[key] = Shorten(fault);
                continue;
            }

            try
            {
                options = _source.With(new Dictionary<string, string>(taken, StringComparer.OrdinalIgnoreCase) { [key] = value });
                taken[key] = value;
            }
            catch (StartException unfit)
            {
                refused[key] = Shorten(unfit.Message.Split('\n')[0]);
            }
        }

        if (taken.Count > 0) options = _source.With(taken) with { Source = _source };
        Dictionary<string, string> before = _inForce;
        _inForce = ConfigRules.All.ToDictionary(one => one.Key, one => SettingsSource.TextOf(options, one.Key), StringComparer.Ordinal);
        (_held, _refused) = (held, refused);
        _live.Put(taken.Count > 0 ? options : null);
        return [.. _inForce.Where(one => before.TryGetValue(one.Key, out string? was) && was != one.Value).Select(one => one.Key)];
    }

    private string? Pinned(string key) => _source.Pinned.Contains(key) ? $"{key} is set in this terminal's environment or on its command line, which counts more than the bridge." : null;

    private void Tell(long revision, List<string> changed)
    {
        foreach (string why in _refused.Values) _narration.Warn("config", $"Not taken from the bridge: {why}");
        List<string> later = AtRestart();
        string what = changed.Count == 0 ? "nothing changes" : string.Join(", ", changed.Select(one => $"{one} is {_inForce[one]} now{(later.Contains(one) ? " (from the next start on)" : "")}"));
        _narration.Tell("config", $"The bridge's configuration {revision}: {what}.");
    }

    private List<string> AtRestart() => [.. ConfigRules.All.Where(one => one.AtRestart && _atStart.TryGetValue(one.Key, out string? was) && was != _inForce[one.Key]).Select(one => one.Key)];

    private Dictionary<string, string> Running()
    {
        Dictionary<string, string> running = new(_inForce, StringComparer.Ordinal);
        foreach (string later in AtRestart()) running[later] = _atStart[later];
        return running;
    }

    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It is overwritten by the bridge's next word.
        }
    }

    private static string Shorten(string said)
    {
        string text = new([.. said.Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length <= 500 ? text : text[..499] + "…";
    }
}

/// <summary>What lies in <c>config.json</c>: the wishes as they came, so that another version of the agent judges them anew.</summary>
internal sealed record Held(long Revision, string Digest, Dictionary<string, string> Settings);

[JsonSerializable(typeof(Held))]
internal sealed partial class HeldJson : JsonSerializerContext;
