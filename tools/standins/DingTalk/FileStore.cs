using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>
/// An append-only file of JSON lines: <c>{"punch":{…}}</c> and <c>{"month":"2026-11","used":12}</c>. Each line is on
/// disk before the call is answered, so a killed stand-in still has what it said it had.
/// </summary>
internal sealed class FileStore : IRecordStore
{
    private readonly List<Punch> _punches = [];
    private readonly Dictionary<string, long> _meter = new(StringComparer.Ordinal);
    private readonly FileStream _file;

    public FileStore(string path)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            {
                Directory.CreateDirectory(folder);
            }

            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"Cannot open the store {path}: {exception.Message} Choose another file with --store.", exception);
        }

        try
        {
            Load(path);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public IReadOnlyList<Punch> Punches => _punches;

    public IReadOnlyDictionary<string, long> Meter => _meter;

    public void Append(Punch punch) => Write(new JsonObject { ["punch"] = Json.Write(punch) });

    public void AppendMeter(string month, long used) => Write(new JsonObject { ["month"] = month, ["used"] = used });

    public void Clear()
    {
        _file.SetLength(0);
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();

    private void Write(JsonObject line)
    {
        _file.Write(Encoding.UTF8.GetBytes(line.ToJsonString(Json.Options) + "\n"));
        _file.Flush(flushToDisk: true);
    }

    private void Load(string path)
    {
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);

        // A line without its end was cut by a kill before the caller heard "success": it never counted.
        var whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        _file.SetLength(whole);
        _file.Position = whole;

        var number = 0;
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            number++;
            var where = $"line {number} of the store {path}";
            var entry = Json.ParseObject(line, where);
            if (entry["punch"] is { } punch)
            {
                _punches.Add(Json.Read<Punch>(punch, where));
            }
            else if (entry["month"] is JsonValue month && entry["used"] is JsonValue used && used.GetValueKind() == JsonValueKind.Number)
            {
                _meter[month.ToString()] = used.GetValue<long>();
            }
            else
            {
                throw new BadInputException($"Cannot read {where}: it is neither a punch nor a meter line.");
            }
        }
    }
}
