using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Devices.Bridge.Alerts;

/// <summary>
/// DingTalk's signature of a group robot's call (customize-robot-security-settings): base64(HMAC-SHA256(key = secret, text = timestamp +
/// "\n" + secret)), percent-encoded in the address. The timestamp may be an hour off at most.
/// </summary>
public static class RobotSignature
{
    /// <param name="timestamp">ms since the Unix epoch.</param>
    public static string Of(string secret, long timestamp)
    {
        ArgumentNullException.ThrowIfNull(secret);
        byte[] text = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{timestamp}\n{secret}"));
        return Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), text));
    }
}
