using System.Text;

namespace Devices.Fuzz.Engine;

/// <summary>What has broken parsers elsewhere, once in one place.</summary>
internal static class HostileWords
{
    /// <summary>Numbers at the edges of every size.</summary>
    public static IReadOnlyList<long> Numbers { get; } =
    [
        0, 1, -1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 63, 64, 100, 127, 128, 255, 256, 257, 512, 1000, 1023, 1024, 4095, 4096, short.MaxValue, short.MinValue, ushort.MaxValue, 65536,
        1 << 20, 1 << 24, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, 1L << 53, (1L << 53) + 1, long.MaxValue, long.MinValue, long.MaxValue - 1, -62135596800001, 253402300800000, 8640000000000001,
    ];

    /// <summary>Pieces of text: injection, encodings, controls, numbers that are none.</summary>
    public static IReadOnlyList<byte[]> Texts { get; } = [.. new[]
    {
        "", " ", "\0", "\n", "\r\n", "\t", "\u001b[31m", "\u0085", "\u2028", "\u202e", "\ufeff", "\ufffd", "é", "漢字", "😀", "ﷺ", "ı", "İ", "\u0301", new string('a', 300), new string('漢', 200), new string('9', 400),
        "' OR 1=1 --", "'; DROP TABLE punches; --", "\" onload=\"alert(1)", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "{{7*7}}", "${jndi:ldap://x}", "%s%n%x", "%00", "%2e%2e%2f", "../../etc/passwd",
        "..\\..\\x", "/dev/null", "C:\\x", "file:///etc/passwd", "http://127.0.0.1/", "http://[::1]/", "a@b@c", "::", "--", "$(id)", "`id`", "|id", ";id", "&&id", "\\", "\\\\", "\"", "'", "`", "null", "true", "false", "NaN", "Infinity", "-Infinity",
        "1e999", "1e-999", "-0", "0.1", "1.5", "00", "01", "+1", "0x10", "1_000", "1,5", "99999999999999999999", "-99999999999999999999", "2026-02-30", "9999-12-31T23:59:59Z", "0000-00-00", "24:00", "99:99",
        "00000000-0000-0000-0000-000000000000", "AAAA", "====", "QUJD", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    }.Select(Encoding.UTF8.GetBytes), [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80], [0xEF, 0xBB, 0xBF], [0xFE, 0xFF]];

    /// <summary>JSON values in the place of another.</summary>
    public static IReadOnlyList<byte[]> Values { get; } = [.. new[]
    {
        "null", "true", "false", "0", "-1", "1.5", "-0", "1e400", "1E+2", "-9223372036854775808", "9223372036854775807", "9223372036854775808", "18446744073709551616", "99999999999999999999999999", "\"\"", "\" \"", "[]", "{}", "[null]", "[[]]", "[{}]",
        "{\"\":null}", "{\"a\":{}}", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\u202e\"", "\"\\n\\r\"", "\"-1\"", "\"1\"", "\"1e9\"", "\"NaN\"", "\"true\"", "\"null\"", "\"00000000-0000-0000-0000-000000000000\"",
        "\"AAAA\"", "\"====\"", "\"" + new string('x', 5_000) + "\"", "[" + string.Join(',', Enumerable.Repeat("0", 2_000)) + "]", "[" + string.Join(',', Enumerable.Repeat("null", 300)) + "]",
        new string('[', 40) + new string(']', 40), new string('[', 70) + new string(']', 70), new string('[', 5_000), string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "1" + new string('}', 60), string.Concat(Enumerable.Repeat("{\"a\":", 3_000)),
    }.Select(Encoding.UTF8.GetBytes)];
}
