using System.Text;
using MQTTnet;

namespace Devices.Edge.Ledger.Uplink;

/// <summary>MQTT 5 reason codes in words (OASIS MQTT 5.0, section 2.4).</summary>
internal static class ReasonWords
{
    /// <summary>Null for success.</summary>
    public static string? Of(MqttClientPublishReasonCode code, string? reason) => code is MqttClientPublishReasonCode.Success or MqttClientPublishReasonCode.NoMatchingSubscribers
        ? null
        : $"{Spell(code.ToString())}{(string.IsNullOrEmpty(reason) ? "" : $" ({reason})")}";

    public static string Of(MqttClientConnectResultCode code) => code switch
    {
        MqttClientConnectResultCode.NotAuthorized => "this terminal is not allowed (its certificate was revoked, or names another terminal)",
        MqttClientConnectResultCode.ClientIdentifierNotValid => "the terminal's name is not the one in its certificate",
        MqttClientConnectResultCode.BadUserNameOrPassword => "its certificate is not accepted",
        MqttClientConnectResultCode.ServerUnavailable or MqttClientConnectResultCode.ServerBusy => "the bridge is not ready",
        MqttClientConnectResultCode.Banned => "this terminal is banned",
        MqttClientConnectResultCode.UnsupportedProtocolVersion => "it does not speak MQTT 5",
        _ => Spell(code.ToString()),
    };

    /// <summary>"QuotaExceeded" as "quota exceeded".</summary>
    public static string Spell(string name)
    {
        var words = new StringBuilder(name.Length + 8);
        foreach (char c in name)
        {
            if (char.IsUpper(c) && words.Length > 0) words.Append(' ');
            words.Append(char.ToLowerInvariant(c));
        }
        return words.ToString();
    }
}
