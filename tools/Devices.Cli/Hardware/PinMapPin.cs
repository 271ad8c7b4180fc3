namespace Devices.Cli.Hardware;

/// <summary>What one GPIO does. <c>volts</c>: the level at the part; <c>when</c>: the setting of terminal.json under which it is so.</summary>
public sealed record PinMapPin(int Gpio, string Function, string Direction, string Part, string Pin, double Volts, string? Shift, string? When, string Note);
