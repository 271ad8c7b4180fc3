using System.Text.Json;

namespace Devices.Cli.Hardware;

/// <summary>hardware/pinmap.json: boards, what each GPIO does, and the parts they go to.</summary>
public sealed record PinMap(int V, double LogicVolts, IReadOnlyList<int> InputOnly, IReadOnlyList<PinMapBoard> Boards, IReadOnlyList<PinMapPin> Pins, IReadOnlyList<PinMapPart> Parts, IReadOnlyList<PinMapChip> I2c)
{
    /// <summary>The highest voltage a pin of the ESP32-S3 takes (datasheet: VDD + 0.3 V).</summary>
    private const double MostVolts = 3.6;

    /// <summary>Every GPIO of the ESP32-S3 (22 to 25 do not exist).</summary>
    private static readonly int[] Existing = [.. Enumerable.Range(0, 22), .. Enumerable.Range(26, 23)];

    /// <summary>Reads a map; <see cref="JsonException"/> when it is not one.</summary>
    public static PinMap Read(string json)
    {
        PinMap map = JsonSerializer.Deserialize(json, HardwareJson.Default.PinMap) ?? throw new JsonException("The file is empty.");
        if (map.V != 2) throw new JsonException($"The map has version {map.V}; this program reads version 2.");
        return map is { InputOnly: not null, Boards: not null, Pins: not null, Parts: not null, I2c: not null } && map.Pins.All(one => one is not null) && map.Parts.All(one => one is not null) && map.I2c.All(one => one is not null)
            && map.Boards.All(one => one is { Forbidden: not null, Headers: not null } && one.Headers.Values.All(header => header is not null) && one.Forbidden.All(group => group?.Pins is not null))
            ? map : throw new JsonException("A list of the map, or an entry of one, is missing.");
    }

    /// <summary>What is wrong with the map, one sentence each; empty when it can be wired.</summary>
    public IReadOnlyList<string> Faults()
    {
        List<string> faults = [];
        foreach (PinMapPin pin in Pins)
        {
            string name = $"GPIO{pin.Gpio} ({pin.Function})";
            if (!Existing.Contains(pin.Gpio)) faults.Add($"{name}: the ESP32-S3 has no such pin.");
            if (pin.Direction is not ("in" or "out" or "in-out")) faults.Add($"{name}: the direction '{pin.Direction}' is none of in, out, in-out.");
            if (pin.Volts > MostVolts && string.IsNullOrEmpty(pin.Shift)) faults.Add($"{name}: {pin.Volts} V at the part needs a level shifter or divider.");
            if (pin.Direction != "in" && InputOnly.Contains(pin.Gpio)) faults.Add($"{name}: this pin is an input only.");
            if (!Parts.Any(part => part.Name == pin.Part)) faults.Add($"{name}: the part '{pin.Part}' is not in the list.");
            foreach (PinMapBoard board in Boards)
            {
                if (board.Forbidden.FirstOrDefault(group => group.Pins.Contains(pin.Gpio)) is { } group) faults.Add($"{name}: on the {board.Name} this pin is taken ({group.Why}).");
                if (!board.Headers.Values.Any(header => header.Contains(Text(pin.Gpio)))) faults.Add($"{name}: the {board.Name} has it on no header.");
            }
        }

        foreach (IGrouping<int, PinMapPin> same in Pins.GroupBy(pin => pin.Gpio).Where(group => group.Count() > 1))
        {
            // Two functions may share a pin when one setting decides between them.
            string[] settings = [.. same.Select(pin => pin.When ?? "")];
            bool apart = settings.All(setting => setting.Contains('=', StringComparison.Ordinal)) && settings.Distinct().Count() == settings.Length && settings.Select(setting => setting.Split('=')[0]).Distinct().Count() == 1;
            if (!apart) faults.Add($"GPIO{same.Key} is used by {string.Join(" and ", same.Select(pin => pin.Function))}, and nothing keeps them apart.");
        }

        faults.AddRange(I2c.GroupBy(chip => chip.Address).Where(group => group.Count() > 1).Select(group => $"{string.Join(" and ", group.Select(chip => chip.Chip))} share the I2C address {group.Key:X2}."));
        return faults;
    }

    internal static string Text(int gpio) => gpio.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
