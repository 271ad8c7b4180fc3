using System.Globalization;

namespace Devices.Fuzz.Engine;

/// <summary>An input that a parser did not take as it promises.</summary>
/// <param name="Seed">With <paramref name="Number"/>: how it was made.</param>
/// <param name="What">One line: an exception, memory, time, or an answer that cannot be right.</param>
/// <param name="Trace">Where.</param>
internal sealed record Finding(string Target, long Seed, long Number, byte[] Input, string What, string Trace)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Target}: {What}\nseed {Seed}, input {Number}, {Input.Length} bytes, base64: {Convert.ToBase64String(Input.AsSpan(0, Math.Min(Input.Length, 3_000)))}\n{Trace}");
}
