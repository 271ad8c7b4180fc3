using System.Globalization;

namespace Devices.FleetLoad.Mqtt;

/// <summary>A PUBACK: its reason code, and what came with it.</summary>
internal sealed record Answer(int Code, string? Reason, string? Problem, long SlowDownMs)
{
    public static readonly Answer Taken = new(0, null, null, 0);

    public bool Refused => Code >= 0x80;

    public static Answer Of(int code, string? reason, Dictionary<string, string> user) => new(code, reason, user.GetValueOrDefault("problem"),
        long.TryParse(user.GetValueOrDefault(Contract.Protocol.SlowDownProperty), NumberStyles.None, CultureInfo.InvariantCulture, out long ms) ? ms : 0);
}
